"""Least squares in rational arithmetic: the exact answer for the doubles given."""

from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60


def decimal(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def inverse(matrix):
    """The inverse of a regular matrix of fractions."""
    n = len(matrix)
    rows = [list(row) + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(matrix)]
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [value / rows[k][k] for value in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                factor = rows[i][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k])]
    return [row[n:] for row in rows]


def solve(features, target, intercept=True, weights=None):
    """Returns coefficients (the intercept first, if there is one), residual sum of squares and standard errors.

    The errors are `None` where there are no more rows than coefficients.
    """
    rows = [[Fraction(1)] * intercept + [Fraction(x) for x in row] for row in features]
    y = [Fraction(value) for value in target]
    w = [Fraction(value) for value in weights] if weights is not None else [Fraction(1)] * len(rows)
    q = len(rows[0])
    gram = [[sum(v * r[i] * r[j] for v, r in zip(w, rows)) for j in range(q)] for i in range(q)]
    right = [sum(v * r[i] * value for v, r, value in zip(w, rows, y)) for i in range(q)]
    inverted = inverse(gram)
    b = [sum(a * c for a, c in zip(row, right)) for row in inverted]
    residuals = [value - sum(a * c for a, c in zip(r, b)) for r, value in zip(rows, y)]
    squares = sum(v * r * r for v, r in zip(w, residuals))
    freedom = len(rows) - q
    errors = None
    if freedom > 0:
        errors = [(decimal(squares / freedom * inverted[i][i])).sqrt() for i in range(q)]
    return b, squares, errors
