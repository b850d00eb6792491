"""Makes src/plot/generated/noto-sans-sc.ts: the font with which PNGs show text on machines that have none.

Needs fontTools, and the npm package @expo-google-fonts/noto-sans-sc unpacked:
    python tools/make-plot-font.py PACKAGE_FOLDER
"""
import base64
import io
import pathlib
import sys
import zlib

from fontTools import subset
from fontTools.ttLib import TTFont

source = pathlib.Path(sys.argv[1]) / "400Regular/NotoSansSC_400Regular.ttf"
target = pathlib.Path(__file__).parent.parent / "src/plot/generated/noto-sans-sc.ts"

wanted = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(range(0x2010, 0x2040)) | {0x2212}
for high in range(0xA1, 0xF8):  # GB 2312: symbols, Greek, kana and 6,763 characters
    for low in range(0xA1, 0xFF):
        try:
            wanted.add(ord(bytes([high, low]).decode("gb2312")))
        except UnicodeDecodeError:
            pass

options = subset.Options()
options.hinting = False
options.layout_features = []
options.glyph_names = False
options.notdef_outline = True
options.name_IDs = [0, 1, 2, 4, 6, 13, 14]  # the copyright and licence travel inside the font
options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "STAT", "DSIG", "gasp", "kern", "meta"]
font = TTFont(source)
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=wanted)
subsetter.subset(font)
buffer = io.BytesIO()
font.save(buffer)
packed = base64.b64encode(zlib.compress(buffer.getvalue(), 9)).decode()

target.parent.mkdir(exist_ok=True)
target.write_text(
    f"""// Made by tools/make-plot-font.py. Noto Sans SC Regular, {len(font.getBestCmap())} characters (Latin and GB 2312), as a
// zlib-compressed TrueType font in base64.
// (c) 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'. Noto is a trademark of Google Inc.
// SIL Open Font License, Version 1.1: https://openfontlicense.org. The notices also stand inside the font.
export const notoSansSC =
  '{packed}';
"""
)
