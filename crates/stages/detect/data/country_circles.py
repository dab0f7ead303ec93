#!/usr/bin/env python3
"""Writes country_circles.tsv: circles that cover each country, from Natural Earth's boundaries.

    npm pack world-atlas@2.0.2 iso-3166-1@2.1.1   # and unpack each into a folder of its name
    python3 country_circles.py world-atlas/package/countries-50m.json \
        iso-3166-1/package/dist/iso-3166.js > country_circles.tsv

Each polygon of a country becomes the circle around the mean of its corners that holds all of them;
a circle that lies within another one of its country, or within MARGIN of it, is left out.
"""
import json, math, re, sys

EARTH_KM = 6371.0088
MARGIN_KM = 100.0


def unit(lon, lat):
    lon, lat = math.radians(lon), math.radians(lat)
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def apart(a, b):
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    dot = sum(x * y for x, y in zip(a, b))
    return EARTH_KM * math.atan2(math.sqrt(sum(x * x for x in cross)), dot)


def circle(ring):
    points = [unit(*p) for p in ring]
    mean = [sum(axis) for axis in zip(*points)]
    length = math.sqrt(sum(x * x for x in mean)) or 1.0
    centre = tuple(x / length for x in mean)
    lon, lat = math.degrees(math.atan2(centre[1], centre[0])), math.degrees(math.asin(centre[2]))
    lon, lat = round(lon, 1), round(lat, 1)
    centre = unit(lon, lat)
    return lat, lon, math.ceil(max(apart(centre, p) for p in points)), centre


def main(topology, codes):
    data = json.load(open(topology))
    text = open(codes).read()
    alpha = {}
    for entry in re.findall(r"\{[^{}]*\}", text):
        two = re.search(r"alpha2:\s*['\"](\w\w)['\"]", entry)
        number = re.search(r"numeric:\s*['\"](\d+)['\"]", entry)
        if two and number:
            alpha[int(number[1])] = two[1]
    scale, move = data["transform"]["scale"], data["transform"]["translate"]
    arcs = []
    for arc in data["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(line)

    def ring(parts):
        line = []
        for part in parts:
            line += arcs[part] if part >= 0 else arcs[~part][::-1]
        return line

    found = {}
    for shape in data["objects"]["countries"]["geometries"]:
        # Kosovo has no number; the registries write XK.
        name = shape["properties"]["name"]
        code = alpha.get(int(shape["id"])) if "id" in shape else {"Kosovo": "XK"}.get(name)
        if not code:
            print("left out:", name, file=sys.stderr)
            continue
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        found.setdefault(code, []).extend(circle(ring(polygon[0])) for polygon in polygons)
    for code in sorted(found):
        kept = []
        for new in sorted(found[code], key=lambda c: -c[2]):
            if not any(apart(new[3], old[3]) + new[2] <= old[2] + MARGIN_KM for old in kept):
                kept.append(new)
        for lat, lon, radius, _ in kept:
            print(f"{code}\t{lat}\t{lon}\t{radius + int(MARGIN_KM)}")


main(*sys.argv[1:])
