"""The C code is compiled while tests are collected: no test's time limit pays for it."""

from cython_dsp.tests.door import library

library()
