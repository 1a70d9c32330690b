"""What the check found, in words, English and Chinese."""

from firmware.contract.model import Language
from firmware.recording.seals import Finding, Flaw

EN, ZH = Language.EN, Language.ZH_CN
_FLAWS: dict[Flaw, dict[Language, str]] = {
    Flaw.ENTRY_CHANGED: {
        EN: "{0}: the entry was changed after it was sealed",
        ZH: "{0}：封存后条目被更改",
    },
    Flaw.ENTRIES_GONE: {
        EN: "{0}: entries before this one are gone or in another order",
        ZH: "{0}：此条目之前的条目缺失或顺序被更改",
    },
    Flaw.NO_SEAL: {EN: "{0}: has no seal", ZH: "{0}：没有封印"},
    Flaw.RECORD_CHANGED: {
        EN: "{0}: the pages show something else than what was sealed",
        ZH: "{0}：页面所示与封存内容不一致",
    },
    Flaw.RECORD_GONE: {
        EN: "{0}: was sealed, but the pages do not know it any more",
        ZH: "{0}：已封存，但通话记录中已不存在",
    },
    Flaw.FILE_CHANGED: {EN: "{0}: the file was changed", ZH: "{0}：文件被更改"},
    Flaw.FILE_GONE: {EN: "{0}: the file is gone", ZH: "{0}：文件已不存在"},
    Flaw.FILE_UNREADABLE: {EN: "{0}: the file cannot be read", ZH: "{0}：文件无法读取"},
    Flaw.FILE_UNKNOWN: {
        EN: "{0}: the box did not record this file",
        ZH: "{0}：此文件不是本机录制的",
    },
    Flaw.HEAD_UNKNOWN: {
        EN: "{0}: the seal that was written down is not there; the end of the chain was cut off"
        " or all of it made anew",
        ZH: "{0}：找不到记下的封印；链尾被截断或整条链被重建",
    },
}
_SUMS: dict[str, dict[Language, str]] = {
    "good": {
        EN: "{sealed} recordings, all as they were sealed.",
        ZH: "{sealed} 个录音，全部与封存时一致。",
    },
    "bad": {
        EN: "{sealed} recordings; flaws: {flaws}.",
        ZH: "{sealed} 个录音，{flaws} 处不一致。",
    },
    "head": {
        EN: "Last seal, to be written down elsewhere: {head}",
        ZH: "最后的封印，请另行记录保存：{head}",
    },
    "progress": {EN: "{done} of {total}", ZH: "{done} / {total}"},
    "no_data": {
        EN: "{folder}: no calls.db there that can be read",
        ZH: "{folder}：没有可读取的 calls.db",
    },
}


def sentence(finding: Finding, language: Language) -> str:
    """One flaw."""
    return _FLAWS[finding.flaw][language].format(finding.where)


def text(name: str, language: Language, **values: object) -> str:
    """One of the other sentences."""
    return _SUMS[name][language].format(**values)
