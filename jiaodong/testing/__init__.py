"""What tests and checks need around pytest: system packages, a PostgreSQL of their own, a browser, Lighthouse.

Beside `jiaodong/tests/` rather than in it: these are programs that the Makefile starts with `python -m`, and the root
conftest takes its fixtures from them; none of them is a test.
"""
