"""How many lines, agents, menus, disk and bandwidth a business needs; how many agents when.

Pure: no clock, no files, no box.  `erlang` has the formulas, `agents` the staff of an interval,
`questions` what a business is asked, `plan` the advice, `words` its reasons in both languages,
`forecast` the half hours of a day to come from those that were.
"""
