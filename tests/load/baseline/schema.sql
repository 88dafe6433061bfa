-- What the usual monolith needs: a row per activity, a row per check-in, one check-in per person and activity.
CREATE TABLE baseline.activities (
  id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
  title VARCHAR(100) NOT NULL,
  lat DOUBLE NOT NULL,
  lng DOUBLE NOT NULL,
  radius_m DOUBLE NOT NULL,
  qr_secret VARCHAR(64) NOT NULL
);
CREATE TABLE baseline.checkins (
  id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
  activity_id BIGINT UNSIGNED NOT NULL,
  user_id VARCHAR(64) NOT NULL,
  lat DOUBLE NOT NULL,
  lng DOUBLE NOT NULL,
  distance_m DOUBLE NOT NULL,
  created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  UNIQUE KEY once (activity_id, user_id)
);
