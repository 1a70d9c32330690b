"""Targets in Python: functions of bytes, which may raise nothing but what they let pass here.

A parser's documented errors are passed over; everything else ends the fuzzer's run.
"""
