"""Texts that a spreadsheet could take for something to run, and the search for anything that it would run."""

import io
import re
import zipfile

PAYLOADS = (
    "=1+1",
    "=SUM(A1:A9)",
    '=HYPERLINK("http://x.invalid","点这里")',
    "=cmd|'/c calc'!A0",
    "=cmd|' /C notepad'!'A1'",
    "+1+1",
    "+cmd|'/c calc'!A0",
    "-2+3",
    "-1-cmd|'/c calc'!A0",
    "@SUM(1+1)*cmd|'/c calc'!A0",
    "@A1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    " =1+1",
    "　=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "'=1+1",
    '"=1+1"',
    '"=1+1',
    '=""',
    "==1",
    "=-1",
    "=+1",
    "=@A1",
    "=A1&B1",
    "={1,2}",
    "{=1+1}",
    '=IMPORTXML("x","//a")',
    '=IMPORTDATA("x")',
    '=WEBSERVICE("http://x.invalid")',
    '=DDE("cmd";"/c calc";"x")',
    'DDE("cmd")',
    "=MSEXCEL|'\\..\\..\\calc.exe'!A",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    "|cmd",
    "%0A=1+1",
    "＝1+1",
    "＋1+1",
    "－2+3",
    "＠SUM(A1)",
    "=１+１",
    "=1+1\x00",
    "\x00=1+1",
    "\x01=1",
    '=CALL("kernel32","WinExec","JCJ","calc",0)',
    '=EXEC("calc")',
    '=REGISTER("a")',
    '=INDIRECT("A1")',
    "=TODAY()",
    "=1/0",
    "#N/A",
    "#REF!",
    "TRUE",
    "1E3",
    "_x003D_1+1",
)

LIVE = re.compile(rb"<(?:\w+:)?(?:f|hyperlink|oleObject|ddeLink|externalReference|control)[ />]")


def live_parts(data: bytes) -> list[str]:
    """Return whatever a workbook holds that is not plain data: formulas, links, outside references, error values."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            found += [f"{name}: {match.decode()}" for match in LIVE.findall(content)]
            found += [f"{name}: {kind.decode()}" for kind in re.findall(rb' t="(?:e|str|b)"', content)]
            found += [name] if re.search(r"vba|external|embed|activex", name, re.IGNORECASE) else []
            found += [f"{name}: outside"] if b'TargetMode="External"' in content else []
    return found


def words_of(payload: str) -> str:
    """Return a payload as it is read back: without what XML forbids, line breaks as line feeds, escapes spelled out."""
    plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", payload.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub("_(?=x[0-9A-F]{4}_)", "_x005F_", plain)
