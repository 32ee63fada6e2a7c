-- One file holds what was lived. A frame's tiles are stored once, whoever saw them first.
CREATE TABLE episode (
  id TEXT PRIMARY KEY,
  goal TEXT NOT NULL,
  task TEXT NOT NULL,
  variant TEXT NOT NULL,
  seed INTEGER NOT NULL,
  provenance TEXT NOT NULL,
  weights TEXT NOT NULL,
  started_at REAL NOT NULL,
  ended_at REAL,
  outcome TEXT,
  collateral INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  process TEXT NOT NULL -- who is writing it: pid and start time, to know a dead one
) STRICT;

CREATE INDEX episode_started ON episode (started_at);

-- Lossless WebP of up to 1024 tiles.
CREATE TABLE sheet (id INTEGER PRIMARY KEY, image BLOB NOT NULL) STRICT;

-- id = sheet << 10 | place on the sheet.
CREATE TABLE tile (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE) STRICT;

-- tiles: zlib of the tile ids in reading order, int64, as differences.
CREATE TABLE frame (
  id INTEGER PRIMARY KEY,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  tiles BLOB NOT NULL
) STRICT;

CREATE TABLE step (
  episode TEXT NOT NULL REFERENCES episode ON DELETE CASCADE,
  place INTEGER NOT NULL,
  frame INTEGER NOT NULL REFERENCES frame,
  view TEXT NOT NULL, -- JSON: screen, cursor, windows, times
  intended TEXT NOT NULL,
  performed TEXT,
  actor TEXT NOT NULL,
  confidence REAL NOT NULL,
  note TEXT NOT NULL,
  weight REAL,
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (episode, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX step_frame ON step (frame);
