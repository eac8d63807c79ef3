"""The pictures of tools/seed.py: drawn here, by shapes on a gradient, one for each shelf; the same bytes on every run.

Nothing but Python's standard library. Shapes are filled row by row, so that two dozen pictures take half a second.
"""

import hashlib
import struct
import zlib

SIDE = 480
# Pairs of a light and a dark colour.
PALETTES = (((247, 239, 226), (176, 141, 87)), ((226, 236, 247), (62, 98, 140)), ((232, 244, 230), (70, 120, 74)),
            ((250, 230, 226), (172, 74, 62)), ((240, 232, 248), (104, 78, 140)), ((252, 244, 214), (190, 142, 32)))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, rows):
    """A file of rows of red, green and blue."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"".join(b"\0" + bytes(row) for row in rows)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels, 6)) + chunk(b"IEND", b"")


def mixed(one, other, share):
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other))


class Canvas:
    """A square whose sides are 1, from the top left corner."""

    def __init__(self, above, below):
        self.rows = [bytearray(bytes(mixed(above, below, y / (SIDE - 1))) * SIDE) for y in range(SIDE)]

    def span(self, y, left, right, colour):
        left, right = max(0, round(left * SIDE)), min(SIDE, round(right * SIDE))
        if left < right:
            self.rows[y][3 * left:3 * right] = bytes(colour) * (right - left)

    def ys(self, top, bottom):
        """The rows between, each with where it is."""
        return ((y, (y + 0.5) / SIDE) for y in range(max(0, round(top * SIDE)), min(SIDE, round(bottom * SIDE))))

    def box(self, left, top, right, bottom, colour):
        for y, _ in self.ys(top, bottom):
            self.span(y, left, right, colour)

    def ellipse(self, x, y, wide, high, colour):
        for row, at in self.ys(y - high, y + high):
            half = wide * max(0, 1 - ((at - y) / high) ** 2) ** 0.5
            self.span(row, x - half, x + half, colour)

    def ring(self, x, y, outer, inner, colour):
        for row, at in self.ys(y - outer, y + outer):
            far = max(0, outer ** 2 - (at - y) ** 2) ** 0.5
            near = max(0, inner ** 2 - (at - y) ** 2) ** 0.5
            self.span(row, x - far, x - near, colour)
            self.span(row, x + near, x + far, colour)

    def polygon(self, points, colour):
        edges = list(zip(points, points[1:] + points[:1]))
        for row, at in self.ys(min(y for _, y in points), max(y for _, y in points)):
            crossed = sorted(x1 + (at - y1) * (x2 - x1) / (y2 - y1) for (x1, y1), (x2, y2) in edges if (y1 <= at) != (y2 <= at))
            for left, right in zip(crossed[::2], crossed[1::2]):
                self.span(row, left, right, colour)

    def line(self, x1, y1, x2, y2, thick, colour):
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        dx, dy = (y2 - y1) / length * thick / 2, (x1 - x2) / length * thick / 2
        self.polygon([(x1 - dx, y1 - dy), (x2 - dx, y2 - dy), (x2 + dx, y2 + dy), (x1 + dx, y1 + dy)], colour)


def dial(canvas, dark, light, number):
    canvas.ellipse(0.5, 0.5, 0.34, 0.34, dark)
    canvas.ellipse(0.5, 0.5, 0.29, 0.29, light)
    for place in range(12):
        x, y = ((0, -1), (0.5, -0.866), (0.866, -0.5), (1, 0), (0.866, 0.5), (0.5, 0.866))[place % 6]
        sign = 1 if place < 6 else -1
        canvas.ellipse(0.5 + sign * 0.24 * x, 0.5 + sign * 0.24 * y, 0.015, 0.015, dark)
    canvas.line(0.5, 0.5, 0.5 + 0.05 * (number - 1), 0.3, 0.025, dark)
    canvas.line(0.5, 0.5, 0.65, 0.5 + 0.03 * number, 0.035, dark)


def garment(canvas, dark, light, number):
    canvas.polygon([(0.36, 0.2), (0.64, 0.2), (0.9, 0.42), (0.8, 0.52), (0.7, 0.45), (0.7, 0.82), (0.3, 0.82), (0.3, 0.45), (0.2, 0.52),
                    (0.1, 0.42)], dark)
    canvas.ellipse(0.5, 0.2, 0.09, 0.07, light)
    for stripe in range(number + 1):
        canvas.box(0.3, 0.55 + 0.07 * stripe, 0.7, 0.575 + 0.07 * stripe, light)


def sheet(canvas, dark, light, number):
    canvas.polygon([(0.3, 0.15), (0.75, 0.2), (0.7, 0.85), (0.25, 0.8)], dark)
    canvas.polygon([(0.27, 0.13), (0.72, 0.18), (0.67, 0.83), (0.22, 0.78)], light)
    for row in range(4 + number):
        canvas.line(0.31, 0.27 + 0.08 * row, 0.6, 0.3 + 0.08 * row, 0.012, dark)
    canvas.line(0.62, 0.8, 0.86, 0.3, 0.04, dark)


def vessel(canvas, dark, light, number):
    canvas.ring(0.74, 0.52, 0.12, 0.08, dark)
    canvas.polygon([(0.24, 0.35), (0.76, 0.35), (0.7, 0.78), (0.3, 0.78)], dark)
    canvas.ellipse(0.5, 0.35, 0.26, 0.06, light)
    for steam in range(number):
        canvas.line(0.4 + 0.08 * steam, 0.26, 0.44 + 0.08 * steam, 0.12, 0.02, dark)


def jar(canvas, dark, light, number):
    canvas.box(0.32, 0.3, 0.68, 0.84, dark)
    canvas.box(0.36, 0.18, 0.64, 0.27, dark)
    canvas.box(0.37, 0.45, 0.63, 0.7, light)
    for leaf in range(number):
        canvas.ellipse(0.43 + 0.07 * leaf, 0.575, 0.025, 0.08, dark)


def books(canvas, dark, light, number):
    for book in range(3 + number):
        left = 0.2 + 0.03 * (book * 5 % 4)
        canvas.box(left, 0.74 - 0.11 * book, left + 0.56, 0.83 - 0.11 * book, mixed(dark, light, 0.18 * (book % 3)))
        canvas.box(left + 0.05, 0.76 - 0.11 * book, left + 0.08, 0.81 - 0.11 * book, light)


def plant(canvas, dark, light, number):
    canvas.polygon([(0.32, 0.6), (0.68, 0.6), (0.62, 0.86), (0.38, 0.86)], dark)
    for leaf in range(3 + number):
        x = 0.26 + 0.48 * leaf / (2 + number)
        canvas.line(0.5, 0.62, x, 0.32, 0.015, dark)
        canvas.ellipse(x, 0.27, 0.055, 0.11, mixed(dark, light, 0.25))


def headphones(canvas, dark, light, number):
    canvas.ring(0.5, 0.5, 0.32, 0.27, dark)
    canvas.box(0, 0.62, 1, 1, mixed(light, dark, 0.12))
    for side in (0.2, 0.8):
        canvas.ellipse(side, 0.58, 0.07, 0.13, dark)
        canvas.ellipse(side, 0.58, 0.03, 0.02 + 0.03 * number, light)


# What is drawn for the shelves of a department.
MOTIFS = {"instruments": dial, "clothing": garment, "stationery": sheet, "kitchen": vessel, "food": jar, "books": books, "garden": plant,
          "electronics": headphones}


def drawn(shelf, department, number):
    """The PNG of a shelf's picture, of which there may be several, by number."""
    kind = int.from_bytes(hashlib.sha256(f"{shelf} {number}".encode()).digest()[:4], "big")
    light, dark = PALETTES[kind % len(PALETTES)]
    canvas = Canvas(light, mixed(light, dark, 0.35))
    MOTIFS[department](canvas, dark, mixed(light, (255, 255, 255), 0.5), 1 + kind // len(PALETTES) % 3)
    return png(SIDE, SIDE, canvas.rows)
