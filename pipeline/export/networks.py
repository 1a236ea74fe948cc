"""Collocations as networks for other programs: GraphML and GEXF (Gephi and most others), and VOSviewer's text files.

A concept and a word are nodes; a tie is a row of ``collocations.csv``. Written by hand, since networkx puts the day of
writing into GEXF and the same tables must give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    from lxml.etree import _Element as Element

WEIGHTS = ("o11", "log_likelihood", "log_dice", "mi", "documents")
"""The numbers that each tie carries; its weight in GEXF and VOSviewer is ``o11``."""
_GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_GEXF = "http://gexf.net/1.3"


class Node(NamedTuple):
    """A concept or a word."""

    label: str
    kind: str
    """``concept`` or ``collocate``."""
    language: str


class Edge(NamedTuple):
    """A tie between the nodes of these numbers."""

    source: int
    target: int
    weights: tuple[float, ...]
    """In order of ``WEIGHTS``."""


class Network(NamedTuple):
    """Nodes, numbered as they stand, and the ties between them."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]


def make_network(
    collocations: pa.Table, labels: Mapping[str, Mapping[str, str]], language: str, period: str, most: int = 50
) -> Network:
    """The strongest attracted collocates of each concept in one language and period.

    Concepts whose names are the same are nodes of their own, each with its id behind the name.

    Args:
        collocations: the rows of ``collocations.csv``, strongest first, as they stand.
        labels: for each concept its name by language code.
        language: the code.
        period: its name; ``all`` for all texts.
        most: collocates of each concept, at most.
    """
    wanted = pc.and_(pc.equal(collocations["language"], language), pc.equal(collocations["period"], period))
    names = {concept: own.get(language) or concept for concept, own in labels.items()}
    taken = Counter(names.values())
    numbers: dict[Node, int] = {}
    edges: list[Edge] = []
    ties: dict[str, int] = {}
    for row in collocations.filter(pc.and_(wanted, pc.greater(collocations["mi"], 0))).to_pylist():
        ties[row["concept"]] = ties.get(row["concept"], 0) + 1
        if ties[row["concept"]] <= most:
            name = names.get(row["concept"], row["concept"])
            name = f"{name} ({row['concept']})" if taken[name] > 1 else name
            ends = (Node(name, "concept", language), Node(row["collocate"], "collocate", language))
            source, target = (numbers.setdefault(node, len(numbers)) for node in ends)
            edges.append(Edge(source, target, tuple(float(row[weight]) for weight in WEIGHTS)))
    return Network(list(numbers), edges)


def write_graphml(network: Network, path: Path) -> None:
    """Write GraphML (Brandes et al. 2002)."""
    from lxml import etree

    root = _root(_GRAPHML, "graphml")
    for name in ("label", "kind", "language"):
        _add(root, "key", id=name, attrib_for="node", attrib_name=name, attrib_type="string")
    for name in WEIGHTS:
        _add(root, "key", id=name, attrib_for="edge", attrib_name=name, attrib_type="double")
    graph = _add(root, "graph", id="collocations", edgedefault="undirected")
    for i, node in enumerate(network.nodes):
        element = _add(graph, "node", id=f"n{i}")
        for name, value in node._asdict().items():
            _add(element, "data", key=name).text = _clean(value)
    for edge in network.edges:
        element = _add(graph, "edge", source=f"n{edge.source}", target=f"n{edge.target}")
        for name, weight in zip(WEIGHTS, edge.weights, strict=True):
            _add(element, "data", key=name).text = repr(weight)
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def write_gexf(network: Network, path: Path) -> None:
    """Write GEXF 1.3."""
    from lxml import etree

    root = _root(_GEXF, "gexf")
    root.set("version", "1.3")
    graph = _add(root, "graph", defaultedgetype="undirected", mode="static")
    for kind, names, type_ in (("node", ("kind", "language"), "string"), ("edge", WEIGHTS, "double")):
        attributes = _add(graph, "attributes", attrib_class=kind, mode="static")
        for name in names:
            _add(attributes, "attribute", id=name, title=name, type=type_)
    nodes, edges = _add(graph, "nodes"), _add(graph, "edges")
    for i, node in enumerate(network.nodes):
        element = _add(nodes, "node", id=f"n{i}", label=_clean(node.label))
        values = _add(element, "attvalues")
        for name in ("kind", "language"):
            _add(values, "attvalue", attrib_for=name, value=getattr(node, name))
    for i, edge in enumerate(network.edges):
        element = _add(
            edges, "edge", id=f"e{i}", source=f"n{edge.source}", target=f"n{edge.target}", weight=repr(edge.weights[0])
        )
        values = _add(element, "attvalues")
        for name, weight in zip(WEIGHTS, edge.weights, strict=True):
            _add(values, "attvalue", attrib_for=name, value=repr(weight))
    path.write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def write_vosviewer(network: Network, stem: Path) -> tuple[Path, Path]:
    """Write VOSviewer's map file (``stem_map.txt``) and network file (``stem_network.txt``), as its manual has them.

    The map gives id, label, a score (1 for a concept, 0 for a word) and a weight (the sum of a node's ties); the
    network gives two ids and a weight a line. VOSviewer lays the map out itself.
    """
    links: list[list[float]] = [[] for _ in network.nodes]
    for edge in network.edges:
        links[edge.source].append(edge.weights[0])
        links[edge.target].append(edge.weights[0])
    paths = stem.with_name(f"{stem.name}_map.txt"), stem.with_name(f"{stem.name}_network.txt")
    lines = ["id\tlabel\tscore<Concept>\tweight<Occurrences>"]
    for i, (node, weights) in enumerate(zip(network.nodes, links, strict=True)):
        label = " ".join(_clean(node.label).replace('"', "'").split())
        lines.append(f"{i + 1}\t{label}\t{int(node.kind == 'concept')}\t{sum(weights):g}")
    paths[0].write_text("\n".join(lines) + "\n", encoding="utf-8")
    ties = [f"{edge.source + 1}\t{edge.target + 1}\t{edge.weights[0]:g}\n" for edge in network.edges]
    paths[1].write_text("".join(ties), encoding="utf-8")
    return paths


def _root(space: str, tag: str) -> Element:
    from lxml import etree

    return etree.fromstring(f'<{tag} xmlns="{space}"/>'.encode())


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    """A child in its parent's namespace; ``attrib_for`` is the attribute ``for``, ``attrib_name`` is ``attr.name``."""
    from lxml import etree

    names = {"attrib_for": "for", "attrib_name": "attr.name", "attrib_type": "attr.type", "attrib_class": "class"}
    child = etree.SubElement(parent, parent.tag[: parent.tag.index("}") + 1] + tag)
    for name, value in attributes.items():
        child.set(names.get(name, name), value)
    return child


def _clean(text: str) -> str:
    """Text without the control characters that XML does not allow."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff"))
