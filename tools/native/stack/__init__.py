"""Runs a whole marketplace natively under one data directory: what ./market up, down, status … do.

Only the standard library of Debian's python3. Nothing here outlives `up` but supervisord and its children.
"""
