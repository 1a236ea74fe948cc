"""Networks of collocations, read back by networkx and, where there is no reader, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pyarrow as pa

from pipeline.analyses.collocations import COLLOCATIONS
from pipeline.export.networks import WEIGHTS, make_network, write_gexf, write_graphml, write_vosviewer

if TYPE_CHECKING:
    from pathlib import Path

LABELS = {"city": {"zh": "城市外交", "de": "Städtediplomatie"}}


def row(concept: str, collocate: str, o11: int, *, mi: float = 2.5, language: str = "zh", period: str = "all") -> dict:
    numbers = dict.fromkeys((field.name for field in COLLOCATIONS if field.type == pa.float64()), 1.25)
    counts = dict.fromkeys((field.name for field in COLLOCATIONS if field.type == pa.int64()), 3)
    names = {"concept": concept, "collocate": collocate, "language": language, "period": period}
    return numbers | counts | names | {"o11": o11, "mi": mi}


TABLE = pa.Table.from_pylist(
    [
        row("city", "合作", 12), row("city", 'a"<&\t\x07b', 7), row("city", "发展", 6), row("city", "远", 5, mi=-1.0),
        row("people", "合作", 9), row("people", "Schule", 4, language="de"), row("people", "合作", 3, period="2014"),
    ],
    COLLOCATIONS,
)  # fmt: skip
NETWORK = make_network(TABLE, LABELS, "zh", "all", most=2)


def test_a_network_has_the_strongest_attracted_words_of_one_language_and_period() -> None:
    names = [node.label for node in NETWORK.nodes]
    assert names == ["城市外交", "合作", 'a"<&\t\x07b', "people"]
    assert [(names[edge.source], names[edge.target], edge.weights[0]) for edge in NETWORK.edges] == [
        ("城市外交", "合作", 12), ("城市外交", 'a"<&\t\x07b', 7), ("people", "合作", 9),
    ]  # fmt: skip


def test_two_concepts_of_one_name_stay_two_nodes() -> None:
    labels = {"city": {"zh": "外交"}, "people": {"zh": "外交"}, "other": {"zh": "合作"}}
    network = make_network(TABLE, labels, "zh", "all")
    names = [node.label for node in network.nodes if node.kind == "concept"]
    assert names == ["外交 (city)", "外交 (people)"]
    ends = {(network.nodes[edge.source].label, network.nodes[edge.target].label) for edge in network.edges}
    assert {("外交 (city)", "合作"), ("外交 (people)", "合作")} <= ends


def test_networkx_reads_the_graphml(tmp_path: Path) -> None:
    write_graphml(NETWORK, tmp_path / "a.graphml")
    graph = nx.read_graphml(tmp_path / "a.graphml")
    assert graph.nodes["n0"] == {"label": "城市外交", "kind": "concept", "language": "zh"}
    assert graph.nodes["n2"]["label"] == 'a"<&\tb'
    assert graph.edges["n0", "n1"] == dict(zip(WEIGHTS, (12.0, 1.25, 1.25, 2.5, 3.0), strict=True))
    assert graph.number_of_edges() == 3


def test_networkx_reads_the_gexf(tmp_path: Path) -> None:
    write_gexf(NETWORK, tmp_path / "a.gexf")
    graph = nx.read_gexf(tmp_path / "a.gexf", version="1.3")
    assert graph.nodes["n1"] == {"label": "合作", "kind": "collocate", "language": "zh"}
    assert graph.edges["n3", "n1"]["weight"] == 9.0
    assert graph.edges["n0", "n1"]["log_dice"] == 1.25
    assert not graph.is_directed()


def test_vosviewers_files_have_its_columns_and_name_each_other(tmp_path: Path) -> None:
    paths = write_vosviewer(NETWORK, tmp_path / "a.zh")
    assert [path.name for path in paths] == ["a.zh_map.txt", "a.zh_network.txt"]
    head, *items = [line.split("\t") for line in paths[0].read_text(encoding="utf-8").splitlines()]
    assert head == ["id", "label", "score<Concept>", "weight<Occurrences>"]
    assert items == [["1", "城市外交", "1", "19"], ["2", "合作", "0", "21"], ["3", "a'<& b", "0", "7"],
                     ["4", "people", "1", "9"]]  # fmt: skip
    links = [line.split("\t") for line in paths[1].read_text(encoding="utf-8").splitlines()]
    assert links == [["1", "2", "12"], ["1", "3", "7"], ["4", "2", "9"]]


def test_an_empty_table_gives_files_that_can_be_read_and_the_same_bytes_twice(tmp_path: Path) -> None:
    empty = make_network(TABLE.slice(0, 0), LABELS, "zh", "all")
    write_graphml(empty, tmp_path / "a.graphml")
    write_gexf(empty, tmp_path / "a.gexf")
    assert len(nx.read_graphml(tmp_path / "a.graphml")) == 0
    assert len(nx.read_gexf(tmp_path / "a.gexf", version="1.3")) == 0
    for write in (write_graphml, write_gexf):
        for name in ("one", "two"):
            write(NETWORK, tmp_path / name)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
