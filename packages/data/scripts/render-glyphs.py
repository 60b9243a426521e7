#!/usr/bin/env python3
"""Renders the glyph set: assets/glyphs.bin.gz and GLYPHS.md, from the typefaces of Debian 12 (bookworm).

Nobody needs this to use the package: its output is committed. To make it again, from the folder of this package:

    docker run --rm -v "$PWD:/data" -w /data debian:bookworm sh -c '
      apt-get update && apt-get install -y --no-install-recommends python3-pil python3-numpy python3-fonttools &&
      python3 scripts/render-glyphs.py'

On a Debian 12 machine the last line alone does it. The fonts are downloaded (about 300 MB) and unpacked into
--work, not installed. The same package versions give the same bytes; GLYPHS.md records the versions.

What happens to a face:
  1. it must have all of A-Z a-z 0-9 as outlines of their own (no empty glyphs, no repeated "missing" box);
  2. one scale for the whole face makes its capitals CAP pixels high on a baseline at row BASE, less where a wide or
     deep letter would not fit: so case, x-height and descenders keep their proportions. Each letter is centred in x;
  3. it is drawn OVER times too large and averaged down, so that no hinting shows and greys are exact coverage;
  4. unicase and small-caps faces, faces that had to shrink too much or are almost empty, and near copies of a face
     that is already in are left out; a family gives at most PER_FAMILY faces, spread over its weights and slopes.
Families that resemble each other (DISTANCE_SPLIT) are kept on the same side of the train/test split.

The file, before gzip: "GENGLYPH" | u32 LE version = 1 | u32 LE length of the JSON | JSON | masks | pixels
  JSON    { classes: string, side: 28, levels: 16, glyphs: count, licences: [string],
            faces: [[family, style, licence index, split]] }
  masks   per class (in order) ceil(faces / 8) bytes: bit f (MSB first) says whether face f has a picture
  pixels  per class, per face that has one: side*side/2 bytes. Byte [x / 2][y] holds the pixels (x, y), in its high
          half, and (x + 1, y): 0..15, 15 = ink, intensity = value / 15. Down the columns, because upright stems
          make long repeats there: gzip saves a sixth against row-major bytes.
"""
import argparse
import gzip
import hashlib
import json
import re
import subprocess
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SIDE, CAP, BASE, OVER = 28, 18, 21, 8
MIN_CAP = 13  # a face that must shrink below this is left out
PER_FAMILY, PER_NAME = 5, 8  # of one family; of families whose name begins alike ("Inter", "Inter Display")
DISTANCE_SAME = 0.08  # faces closer than this are the same design: only the first is kept
DISTANCE_SPLIT = 0.13  # families with faces closer than this are on the same side of the split
TEST_SHARE = 0.12

OFL, APACHE, GUST, PD = "OFL-1.1", "Apache-2.0", "GUST-Font-License", "public domain"
GPLFE = "GPL-2.0-or-later WITH Font-exception-2.0"
# Debian package -> licence of its fonts, as in /usr/share/doc/<package>/copyright
PACKAGES = {
    "lato": OFL, "open-sans": APACHE, "roboto-unhinted": APACHE, "inter": OFL, "noto-core": OFL, "noto-extra": OFL,
    "liberation2": OFL, "dejavu-core": "Bitstream-Vera", "dejavu-extra": "Bitstream-Vera", "texgyre": GUST,
    "adf-accanthis": GPLFE, "adf-baskervald": GPLFE, "adf-berenis": GPLFE, "adf-gillius": GPLFE, "adf-ikarius": GPLFE,
    "adf-irianis": GPLFE, "adf-libris": GPLFE, "adf-mekanus": GPLFE, "adf-oldania": GPLFE, "adf-romande": GPLFE,
    "adf-switzera": GPLFE, "adf-tribun": GPLFE, "adf-universalis": GPLFE, "adf-verana": GPLFE, "agave": "MIT",
    "allerta": OFL, "anonymous-pro": OFL, "arapey": OFL, "averia-gwf": OFL, "averia-sans-gwf": OFL,
    "averia-serif-gwf": OFL, "b612": OFL, "cabin": OFL, "cantarell": OFL, "cardo": OFL, "century-catalogue": OFL,
    "cherrybomb": OFL, "clear-sans": APACHE, "cmu": OFL, "comfortaa": OFL, "comic-neue": OFL, "compagnon": OFL,
    "courier-prime": OFL, "crosextra-caladea": APACHE, "crosextra-carlito": OFL, "dancingscript": OFL, "dosis": OFL,
    "ebgaramond": OFL, "elstob": OFL, "essays1743": OFL, "eurofurence": OFL, "fantasque-sans": OFL, "fanwood": "MIT",
    "firacode": OFL, "gemunu-libre": OFL, "georgewilliams": OFL, "gfs-artemisia": OFL, "gfs-didot": OFL,
    "gfs-neohellenic": OFL, "gnutypewriter": OFL, "go": "BSD-3-Clause", "gotico-antiqua": OFL, "goudybookletter": PD,
    "hack-ttf": "MIT AND Bitstream-Vera", "havana": OFL, "hermit": OFL, "hosny-amiri": OFL, "inconsolata": OFL,
    "jetbrains-mono": OFL, "junction": OFL, "junicode": OFL, "jura": OFL, "karla": OFL, "kaushanscript": OFL,
    "klaudia-berenika": OFL, "klee": OFL, "league-mono": OFL, "league-spartan": OFL, "leckerli-one": OFL,
    "lemonada": OFL, "levien-typoscript": OFL, "lindenhill": "MIT", "linuxlibertine": OFL, "lobster": OFL,
    "lobstertwo": OFL, "lxgw-wenkai": OFL, "manrope": OFL, "millimetre": OFL, "monofur": OFL, "monoid": OFL,
    "mononoki": OFL, "mplus": OFL, "nanum": OFL, "national-park": OFL, "ocr-b": "permissive (OCR-B, Norbert Schwarz)",
    "okolaks": OFL, "oldstandard": OFL, "opendin": OFL, "oxygen": OFL, "paratype": "ParaType Free Font License",
    "play": OFL, "prociono": PD, "quattrocento": OFL, "quicksand": OFL, "reggae": OFL, "roadgeek": "MIT",
    "roboto-slab": APACHE, "rocknroll": OFL, "routed-gothic": OFL, "sil-andika": OFL, "sil-charis": OFL,
    "sil-gentiumplus": OFL, "smc-gayathri": OFL, "smc-manjari": OFL, "sora": OFL, "stick": OFL, "stix": OFL,
    "tlwg-purisa-ttf": GPLFE, "tlwg-sawasdee-ttf": GPLFE, "tuffy": PD, "vollkorn": OFL, "yanone-kaffeesatz": OFL,
    "yrsa-rasa": OFL, "yusei-magic": OFL,
}
# Left out by eye or by nature: symbols, small capitals, outlines and inversions, mathematics, doubles of another style.
EXCLUDE = re.compile(
    r"Keyboard|Small ?caps|\bSC\b|Caps\b|AllSC|Math|Inverted|Outline|Sharp|Symbols|Isome|Monoisome|Dunhill|Quotation|"
    r"Cupola|Breip|Cabin ?Sketch|Bajaderka|unifur|Nushu|Accanthis ADF Std No|Verana Sans|Umpush|"  # rough or copies
    r"LGC|Rotunda|Code Latin|Anonymous Pro Minus|Half Italic|Titling|Style Std|UI$|CJK", re.I)


def download(work: Path) -> dict:
    """Unpacks the packages below `work`; returns their versions."""
    debs, root = work / "deb", work / "root"
    debs.mkdir(parents=True, exist_ok=True)
    names = [f"fonts-{p}" for p in PACKAGES]
    have = {f.name.split("_")[0] for f in debs.glob("*.deb")}
    if missing := [n for n in names if n not in have]:
        command = ["apt-get", "--quiet", "-o", "APT::Sandbox::User=root", "download", *missing]
        subprocess.run(command, cwd=debs, check=True)
    versions = {}
    for deb in sorted(debs.glob("*.deb")):
        name, version, _ = deb.name.split("_")
        versions[name.removeprefix("fonts-")] = version.replace("%3a", ":")
        if not (root / name).exists():
            subprocess.run(["dpkg", "-x", deb, root / name], check=True)
    return versions


def candidates(root: Path) -> list:
    """Every face of the packages that has the classes, as dicts, in a fixed order."""
    faces = []
    for package, licence in PACKAGES.items():
        for path in sorted((root / f"fonts-{package}").rglob("*")):
            if path.suffix.lower() not in (".ttf", ".otf") or path.is_symlink():
                continue
            font = TTFont(path, lazy=True)
            cmap = font.getBestCmap() or {}
            glyphs = [cmap.get(ord(c)) for c in CLASSES]
            if "fvar" in font or None in glyphs or len(set(glyphs)) < len(CLASSES):
                continue
            name = font["name"]
            family = (name.getDebugName(16) or name.getDebugName(1)).strip("[] ").replace("Book Plus", "Plus Book")
            style = (name.getDebugName(17) or name.getDebugName(2)).strip()
            if EXCLUDE.search(f"{family} {style}"):
                continue
            italic = bool(re.search(r"ital|obli|slant", style + path.stem, re.I))
            weight = font["OS/2"].usWeightClass if "OS/2" in font else 400
            faces.append({"package": package, "licence": licence, "path": path, "family": family, "style": style,
                          "order": (italic, weight, path.name)})
    names = [(f["family"], f["style"]) for f in faces]
    for face in faces:  # some families give all their styles the same name: their file names tell them apart
        if names.count((face["family"], face["style"])) > 1:
            face["style"] = re.sub(r"^.*[-_ ]", "", face["path"].stem)
    return faces


def draw(path: Path):
    """u8 [62, 28, 28] with values 0..255, or the reason why not."""
    probe = ImageFont.truetype(str(path), 1000, layout_engine=ImageFont.Layout.BASIC)
    boxes = np.array([probe.getbbox(c, anchor="ls") for c in CLASSES])  # left top right bottom, y down
    if (boxes[:, 2] <= boxes[:, 0]).any() or (boxes[:, 3] <= boxes[:, 1]).any():
        return "an empty glyph"
    cap = -np.median([boxes[CLASSES.index(c), 1] for c in "HEIT"])
    up, down, wide = -boxes[:, 1].min(), boxes[:, 3].max(), (boxes[:, 2] - boxes[:, 0]).max()
    scale = min(CAP / cap, BASE / up, (SIDE - BASE) / max(down, 1), SIDE / wide)  # pixels per 1/1000 em
    if scale * cap < MIN_CAP:
        return f"capitals of {scale * cap:.1f} pixels"
    font = ImageFont.truetype(str(path), int(1000 * scale * OVER), layout_engine=ImageFont.Layout.BASIC)
    out = np.zeros((len(CLASSES), SIDE, SIDE), np.uint8)
    for i, c in enumerate(CLASSES):
        left, _, right, _ = font.getbbox(c, anchor="ls")
        big = Image.new("L", (SIDE * OVER, SIDE * OVER))
        start = ((SIDE * OVER - (right - left)) // 2 - left, BASE * OVER)
        ImageDraw.Draw(big).text(start, c, fill=255, font=font, anchor="ls")
        cells = np.asarray(big, np.float64).reshape(SIDE, OVER, SIDE, OVER).mean((1, 3))
        out[i] = np.round(cells)
    return out


def stem(family: str) -> str:
    """What similar families are called alike: the first word, or two where the first is a foundry."""
    words = family.split()
    return " ".join(words[: 2 if words[0] in ("Noto", "PT", "M", "Latin", "CMU", "TeX", "GFS", "Linux") else 1]).lower()


def distance(a, b) -> float:
    """How much of the ink of two faces lies apart, between 0 and 1."""
    return float(np.abs(a - b).sum() / (a.sum() + b.sum()))


def select(faces: list) -> tuple:
    """At most PER_FAMILY good faces of each family, none a near copy of another; and why the others went."""
    families, dropped, kept = {}, [], []
    for face in faces:
        families.setdefault(face["family"], []).append(face)
    for family, members in families.items():
        good = []
        for face in sorted(members, key=lambda f: f["order"]):
            pictures = draw(face["path"])
            if isinstance(pictures, str):
                dropped.append((face, pictures))
                continue
            face["pixels"] = pictures
            face["real"] = pictures.astype(np.float32)
            upper, lower = face["real"][:26], face["real"][26:52]
            apart = sum(distance(u, l) > 0.25 for u, l in zip(upper, lower))
            ink = face["real"].mean() / 255
            if apart < 18:
                dropped.append((face, f"only {apart} letters differ in case"))
            elif not 0.03 < ink < 0.45:
                dropped.append((face, f"ink {ink:.2f}"))
            else:
                good.append(face)
        if len(good) > PER_FAMILY:  # evenly over the list ordered by slope and weight, ends included
            picks = {round(i * (len(good) - 1) / (PER_FAMILY - 1)) for i in range(PER_FAMILY)}
            good = [f for i, f in enumerate(good) if i in picks]
        for face in good:
            near = min(((distance(face["real"], k["real"]), k) for k in kept), key=lambda p: p[0], default=(1, None))
            if sum(stem(k["family"]) == stem(family) for k in kept) >= PER_NAME:
                dropped.append((face, "enough of its name"))
            elif near[0] < DISTANCE_SAME:
                dropped.append((face, f"{near[0]:.3f} from {near[1]['family']} {near[1]['style']}"))
            else:
                kept.append(face)
    return kept, dropped


def divide(faces: list) -> None:
    """Sets face["split"]: whole clusters of similar families go to the test split, until it has its share."""
    parent = {f["family"]: f["family"] for f in faces}
    def find(a):
        while parent[a] != a:
            a = parent[a]
        return a
    for i, a in enumerate(faces):
        for b in faces[:i]:
            if find(a["family"]) != find(b["family"]) and (
                    stem(a["family"]) == stem(b["family"]) or distance(a["real"], b["real"]) < DISTANCE_SPLIT):
                parent[find(a["family"])] = find(b["family"])
    clusters = {}
    for f in faces:
        clusters.setdefault(find(f["family"]), []).append(f)
    test = 0
    for root in sorted(clusters, key=lambda r: hashlib.sha256(r.encode()).digest()):
        members = clusters[root]
        chosen = test < TEST_SHARE * len(faces) and len(members) <= 8
        test += len(members) if chosen else 0
        for f in members:
            f["split"] = "test" if chosen else "train"
            f["cluster"] = root


def pack(faces: list) -> tuple:
    """The file before gzip, and how many pictures it has: equal pictures of a class are kept once."""
    faces.sort(key=lambda f: (f["split"] == "test", f["family"].lower(), f["order"]))
    quantised = np.stack([np.round(f["pixels"] / 17).astype(np.uint8) for f in faces])  # [F, 62, 28, 28]
    has = np.ones((len(CLASSES), len(faces)), bool)
    for c in range(len(CLASSES)):
        seen = set()
        for f in range(len(faces)):
            bytes_ = quantised[f, c].tobytes()
            has[c, f] = bytes_ not in seen
            seen.add(bytes_)
    licences = sorted({f["licence"] for f in faces})
    head = {"classes": CLASSES, "side": SIDE, "levels": 16, "glyphs": int(has.sum()), "licences": licences,
            "faces": [[f["family"], f["style"], licences.index(f["licence"]), f["split"]] for f in faces]}
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    halves = (quantised[..., 0::2] << 4 | quantised[..., 1::2]).swapaxes(-1, -2)  # [F, 62, x / 2, y]
    pixels = b"".join(halves[f, c].tobytes() for c in range(len(CLASSES)) for f in range(len(faces)) if has[c, f])
    masks = b"".join(np.packbits(row).tobytes() for row in has)
    sizes = (1).to_bytes(4, "little") + len(text).to_bytes(4, "little")
    return b"GENGLYPH" + sizes + text + masks + pixels, head["glyphs"]


def listing(faces: list, glyphs: int, size: int, versions: dict) -> str:
    """GLYPHS.md: what is in the file, and under which licence its typefaces are."""
    rows = {}
    for f in faces:
        rows.setdefault((f["package"], f["licence"]), {}).setdefault((f["family"], f["split"]), []).append(f["style"])
    name = lambda family, split, styles: f"{family}{' *(test)*' if split == 'test' else ''} ({len(styles)})"
    table = "\n".join(
        f"| {', '.join(name(*which, styles) for which, styles in rows[key].items())} "
        f"| {key[1]} | fonts-{key[0]} {versions[key[0]]} |" for key in sorted(rows, key=lambda k: k[0]))
    test = sum(f["split"] == "test" for f in faces)
    return f"""# The glyph set

{glyphs:,} pictures of the letters A–Z and a–z and the digits 0–9 (62 classes), 28 × 28 grey, of {len(faces)} faces from
{len({f['family'] for f in faces})} families. {len(faces) - test} faces are for training and {test} for test; a family, and families that look like it, are
on one side only, so that a test measures typefaces that the model has not seen. One file, `assets/glyphs.bin.gz`,
{size / 1e6:.1f} MB.

Written by `scripts/render-glyphs.py`, whose header describes the rendering and the file; do not edit. The typefaces
are those of Debian 12. All have licences that allow use and redistribution; what is shipped here are pictures of
letters, not fonts. The name of each face and its licence are in the file too. OFL-1.1 stands for that licence or its
version 1.0.

| families (faces) | licence | Debian package |
|---|---|---|
{table}
"""


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=Path, default=Path("/tmp/glyphs"))
    parser.add_argument("--sheet", type=Path, help="draw every face that was kept, and say why the others were not")
    args = parser.parse_args()
    here = Path(__file__).resolve().parent.parent
    versions = download(args.work)
    found = candidates(args.work / "root")
    kept, dropped = select(found)
    divide(kept)
    raw, glyphs = pack(kept)
    out = gzip.compress(raw, 9, mtime=0)
    (here / "assets").mkdir(exist_ok=True)
    (here / "assets/glyphs.bin.gz").write_bytes(out)
    (here / "GLYPHS.md").write_text(listing(kept, glyphs, len(out), versions))
    print(f"{len(found)} faces found, {len(kept)} kept, {glyphs} pictures, {len(out)} bytes")
    if args.sheet:
        for f, why in dropped:
            print("-", f["package"], f["family"], f["style"], ":", why)
        rows = [np.concatenate(list(255 - f["pixels"]), axis=1) for f in kept]
        Image.fromarray(np.concatenate(rows)).save(args.sheet)
