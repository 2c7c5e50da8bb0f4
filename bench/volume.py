def run(*a, **k):
    raise SystemExit("later")
