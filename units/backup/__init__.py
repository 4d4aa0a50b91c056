"""The whole system as one file: every row of the database and every attachment, and back again.

The file is a zip archive. `manifest.json` says what made it, the migrations its tables had, and for every other member
its size and SHA-256. `tables/<table>.jsonl` holds one JSON list a row, in the order of the keys; `files/<name>` are the
attachments. Nothing in it belongs to one kind of database, so that a backup of SQLite restores into PostgreSQL and the
other way round.
"""
