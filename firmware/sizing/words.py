"""The advice in words, English and Chinese: one sentence for each reason, one name each figure."""

from firmware.contract.model import Language
from firmware.sizing.plan import Plan, Range, Reason

EN, ZH = Language.EN, Language.ZH_CN
_SENTENCES: dict[str, dict[Language, str]] = {
    "calls_by_calls_a_day": {
        EN: "You have {day:.0f} calls a day; about {hour:.0f} of them come in the busiest hour.",
        ZH: "每天有 {day:.0f} 通电话，其中约 {hour:.0f} 通集中在最忙的一小时。",
    },
    "calls_by_bills_a_month": {
        EN: "We suppose that every eighth bill brings a call: {day:.0f} calls a day, about"
        " {hour:.0f} of them in the busiest hour.",
        ZH: "假定每八张账单带来一通电话：每天 {day:.0f} 通，"
        "其中约 {hour:.0f} 通集中在最忙的一小时。",
    },
    "calls_by_customers": {
        EN: "We suppose how often customers of your trade call: {day:.0f} calls a day, about"
        " {hour:.0f} of them in the busiest hour. A count of your own is better.",
        ZH: "按本行业客户的来电习惯假定：每天 {day:.0f} 通电话，"
        "其中约 {hour:.0f} 通集中在最忙的一小时。"
        "如有实际数字，请以实际为准。",
    },
    "agents": {
        EN: "A call takes an agent {handle_s:.0f} s with ringing and notes. {agents:.0f} agents"
        " answer {in_time:.0f} % of the callers within {within_s:.0f} s and are busy for"
        " {occupancy:.0f} % of the time; about {abandoned:.0f} % of the callers do not wait.",
        ZH: "每通电话连同振铃和记录占用座席 {handle_s:.0f} 秒。"
        "{agents:.0f} 个座席可在 {within_s:.0f} 秒内接听 {in_time:.0f}% 的来电，"
        "工作占用率 {occupancy:.0f}%；约 {abandoned:.0f}% 的来电者会放弃等待。",
    },
    "paid": {
        EN: "With holidays, illness and breaks ({shrinkage:.0f} % of the paid time) that takes"
        " {paid:.0f} people.",
        ZH: "计入休假、病假和休息（占工时 {shrinkage:.0f}%），共需 {paid:.0f} 人。",
    },
    "lines": {
        EN: "Menu, waiting and talking are {erlang:.1f} erlang in the busiest hour. With"
        " {lines:.0f} lines less than {blocking:.0f} % of the callers find all of them busy.",
        ZH: "最忙一小时内菜单、等待和通话的话务量为 {erlang:.1f} 爱尔兰。有 {lines:.0f} 条线路时，"
        "遇忙的来电者不到 {blocking:.0f}%。",
    },
    "remote": {
        EN: "{remote:.0f} agents are called at a telephone number: {share:.0f} % of the"
        " conversations take two channels.",
        ZH: "{remote:.0f} 个座席通过电话号码接听：{share:.0f}% 的通话占用两个通道。",
    },
    "menu": {
        EN: "{ports:.0f} callers at once hear the menu or music; it answers {self_service:.0f} %"
        " of the calls by itself, we suppose.",
        ZH: "最多同时有 {ports:.0f} 个来电者在听菜单或音乐；"
        "假定菜单可自助完成 {self_service:.0f}% 的来电。",
    },
    "disk": {
        EN: "Recordings of {days:.0f} days take {gb:.0f} GB, both sides in telephone quality.",
        ZH: "保存 {days:.0f} 天的双声道电话音质录音需要 {gb:.0f} GB。",
    },
    "bandwidth": {
        EN: "A conversation in a browser takes {kbit_s:.0f} kbit/s each way.",
        ZH: "浏览器中的每路通话上下行各占 {kbit_s:.0f} kbit/s。",
    },
}
_FIGURES: dict[str, dict[Language, str]] = {
    "calls_peak_hour": {EN: "Calls in the busiest hour", ZH: "最忙一小时的来电"},
    "agents": {EN: "Agents logged in then", ZH: "当时在线座席"},
    "paid": {EN: "People for that", ZH: "所需人数"},
    "lines": {EN: "Lines", ZH: "线路"},
    "menu_ports": {EN: "Callers in menu and queue at once", ZH: "同时在菜单和排队中的来电者"},
    "disk_gb": {EN: "Disk for recordings, GB", ZH: "录音磁盘空间（GB）"},
    "bandwidth_kbit_s": {EN: "Network each way, kbit/s", ZH: "网络带宽（单向，kbit/s）"},
}
_BOARDS: dict[str, dict[Language, str]] = {
    "analog": {
        EN: "A board with {fxo} analogue lines is enough; {spans} E1 would leave room to grow.",
        ZH: "一块 {fxo} 路模拟线板即可；若考虑扩展，可用 {spans} 条 E1。",
    },
    "e1": {
        EN: "That takes {spans} E1 (30 channels each).",
        ZH: "需要 {spans} 条 E1（每条 30 个通道）。",
    },
}
_RANGE = {EN: "{name}: {expected} ({low} to {high})", ZH: "{name}：{expected}（{low} 至 {high}）"}


def sentence(reason: Reason, language: Language) -> str:
    """One reason, with its figures."""
    return _SENTENCES[reason.key][language].format_map(reason.values)


def figures(plan: Plan, language: Language) -> list[str]:
    """One line a figure: what is expected, and from where to where it may be."""
    found = []
    for name, names in _FIGURES.items():
        range_: Range = getattr(plan, name)
        ends = {"low": range_.low, "expected": range_.expected, "high": range_.high}
        shown = {end: f"{value:g}" for end, value in ends.items()}
        found.append(_RANGE[language].format(name=names[language], **shown))
    return found


def text(plan: Plan, language: Language) -> str:
    """The whole advice, as it is printed."""
    board = _BOARDS["analog" if plan.fxo_lines else "e1"][language]
    lines = figures(plan, language)
    lines += ["", board.format(fxo=plan.fxo_lines, spans=plan.e1_spans)]
    return "\n".join(lines + [sentence(reason, language) for reason in plan.reasons])
