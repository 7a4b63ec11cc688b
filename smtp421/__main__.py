"""``python -m smtp421``."""

from smtp421.cli import main

if __name__ == "__main__":
    main()
