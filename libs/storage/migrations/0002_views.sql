-- Views that dashboards and analysts read. Conversion happens here, never in stored values (20 ticks = 1 mm).

CREATE VIEW ingest_parse AS
SELECT r.epoch, r.seq, r.epoch || '-' || r.seq AS raw_record_id, r.received_at, d.serial, r.source, r.topic, r.decoder, r.outcome,
       r.error_count = 0 AND r.outcome <> 'dead' AS parse_ok,
       r.decoded_count, r.error_count, e.reason, e.detail, e.pointer
FROM raw_record r
LEFT JOIN device d ON d.id = r.device_id
LEFT JOIN LATERAL (
    SELECT reason, detail, pointer FROM ingest_error
    WHERE epoch = r.epoch AND seq = r.seq AND resolved_at IS NULL
    ORDER BY item, id LIMIT 1
) e ON r.error_count > 0;

CREATE VIEW platform_extension_mm AS
SELECT d.serial, p.device_id, p.recorded_at, p.received_at, p.dedup,
       CASE m.name WHEN 'platform_extension_ticks' THEN p.value / 20 ELSE p.value END AS extension_mm
FROM processed_record p
JOIN metric m ON m.id = p.metric_id
JOIN device d ON d.id = p.device_id
WHERE m.name IN ('platform_extension_ticks', 'platform_extension_mm');

CREATE VIEW metric_avg_extension_mm AS
SELECT serial, avg(extension_mm) AS avg_extension_mm
FROM platform_extension_mm
GROUP BY serial;

CREATE VIEW metric_extension_vs_retraction AS
SELECT serial,
       count(*) FILTER (WHERE extension_mm > previous_mm) AS extensions,
       count(*) FILTER (WHERE extension_mm < previous_mm) AS retractions
FROM (
    SELECT serial, extension_mm,
           lag(extension_mm) OVER (PARTITION BY device_id ORDER BY recorded_at, dedup) AS previous_mm
    FROM platform_extension_mm
) steps
GROUP BY serial;

CREATE VIEW metric_battery_summary AS
SELECT d.serial, min(p.value) AS min_pct, max(p.value) AS max_pct, avg(p.value) AS avg_pct,
       (array_agg(p.value ORDER BY p.recorded_at DESC, p.dedup DESC))[1] AS last_pct,
       max(p.recorded_at) AS last_seen
FROM processed_record p
JOIN metric m ON m.id = p.metric_id AND m.name = 'battery_charge'
JOIN device d ON d.id = p.device_id
GROUP BY d.serial;

CREATE VIEW metric_platform_height AS
SELECT d.serial, min(p.value) AS min_mm, max(p.value) AS max_mm, avg(p.value) AS avg_mm,
       (array_agg(p.value ORDER BY p.recorded_at DESC, p.dedup DESC))[1] AS last_mm
FROM processed_record p
JOIN metric m ON m.id = p.metric_id AND m.name = 'platform_height_mm'
JOIN device d ON d.id = p.device_id
GROUP BY d.serial;
