"""``python -m bulkedit``."""

from bulkedit.cli import main

if __name__ == "__main__":
    main()
