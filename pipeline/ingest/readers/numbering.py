"""The numbers of notes as word processors print them; their files often hold only the way of counting."""

from __future__ import annotations

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_CIRCLED = "".join(map(chr, (*range(0x2460, 0x2474), *range(0x3251, 0x3260), *range(0x32B1, 0x32C0))))
_SIGNS = "*†‡§"
_LONGEST = 4000


def number_as(number: int, style: str) -> str:
    """A number, from 1 on, in a way of counting.

    Args:
        number: which note it is.
        style: the name that Word (``lowerRoman``, ``decimalEnclosedCircle``, …) or OpenDocument (``i``, ``A``, …) has
            for it. What is not known is counted in digits, as are numbers that the way cannot count.
    """
    if style in {"lowerRoman", "upperRoman", "i", "I"} and number < _LONGEST:
        roman = _roman(number)
        return roman.upper() if style in {"upperRoman", "I"} else roman
    if style in {"lowerLetter", "upperLetter", "a", "A"} and number < _LONGEST:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if style in {"upperLetter", "A"} else letter
    if style.startswith("decimalEnclosedCircle") or style in {"①", "①, ②, ③, ..."}:
        return _CIRCLED[number - 1] if number <= len(_CIRCLED) else str(number)
    if style == "chicago":
        return _SIGNS[(number - 1) % 4] * ((number - 1) // 4 + 1)
    return str(number)


def _roman(number: int) -> str:
    pieces = []
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        pieces.append(sign * times)
    return "".join(pieces)
