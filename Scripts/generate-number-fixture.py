"""Selects decimal numbers from Nigel Tao's parse-number-fxx-test-data (Apache-2.0), with the bits they have in double
precision, for the tests of the number grammar.

usage: generate-number-fixture.py FOLDER OUT

FOLDER holds the lists of https://github.com/nigeltao/parse-number-fxx-test-data, lines of `f16 f32 f64 text`. Texts of
every kind and length are kept: those where rounding is hardest come first in each list's order of length. Python rounds
each a second time.
"""

import pathlib
import struct
import sys


def main(folder, out):
    cases = {}
    for path in sorted(pathlib.Path(folder).glob("*.txt")):
        for line in path.read_text().splitlines():
            _, _, bits, text = line.split(" ")
            cases[text] = bits
    ordered = sorted(cases, key=lambda text: (len(text), text))
    # Of the short ones a few hundred, of the long ones every few: long ones lie beside a half.
    short = [text for text in ordered if len(text) <= 16]
    long = [text for text in ordered if 16 < len(text) <= 120]
    longest = [text for text in ordered if len(text) > 120]
    chosen = short[:: len(short) // 300] + long[:: len(long) // 700] + longest[:: max(1, len(longest) // 20)]
    for text in chosen:
        (own,) = struct.unpack(">Q", struct.pack(">d", float(text)))
        assert own == int(cases[text], 16), text
    header = (
        "# Decimal numbers and their bits in double precision, selected by Scripts/generate-number-fixture.py from\n"
        "# https://github.com/nigeltao/parse-number-fxx-test-data, Copyright 2020 Nigel Tao, Apache License 2.0.\n"
    )
    pathlib.Path(out).write_text(header + "".join(f"{cases[text]} {text}\n" for text in chosen))


main(*sys.argv[1:])
