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

-- Lossless WebP of many tiles, and their digests, 12 bytes each. A tile's id is
-- sheet << 16 | place on the sheet.
CREATE TABLE sheet (id INTEGER PRIMARY KEY, digests BLOB NOT NULL, image BLOB NOT NULL) STRICT;

-- tiles: zlib of what differs from the base, the frame before it in the same episode: one bit a
-- tile in reading order, then the ids of those with a 1, int64, as differences.
CREATE TABLE frame (
  id INTEGER PRIMARY KEY,
  base INTEGER REFERENCES frame,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  tiles BLOB NOT NULL
) STRICT;

CREATE INDEX frame_base ON frame (base);

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
) STRICT;

CREATE INDEX step_frame ON step (frame);
