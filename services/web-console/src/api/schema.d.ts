// Generated from the OpenAPI document of platform-api by `npm run generate`. Do not edit.

export interface paths {
    "/asyncapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The `AsyncAPI` document
         * @description What goes over MQTT, server-sent events and the WebSocket, as `AsyncAPI` 3.0.
         */
        get: operations["asyncapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** State of the service and its components */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives; looks at no dependency */
        get: operations["health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the service can answer: its database does */
        get: operations["health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The OpenAPI document */
        get: operations["openapi_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Received, stored and lost
         * @description The interval is by arrival, in whole minutes: both ends are widened to them. Left out, it is everything. What is lost
         *     is named: messages that left the stream before they were committed, and rows that somebody deleted. Rows are compared
         *     over the last 24 hours of the interval, or over the last 15 minutes when none is given. The account of a `device` goes
         *     back one day when `from` is left out, and is made of what its messages say of it alone.
         */
        get: operations["accounting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/average-extension": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Mean extension of each device in mm */
        get: operations["average_extension"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/battery-summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Battery charge of each device */
        get: operations["battery_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/extension-vs-retraction": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Extensions and retractions of each device */
        get: operations["extension_vs_retraction"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/platform-height": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Platform height of each device */
        get: operations["platform_height"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List API keys */
        get: operations["list_api_keys"];
        put?: never;
        /** Make an API key */
        post: operations["create_api_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API key
         * @description The key is refused from now on, by every replica, and live streams that were opened with it end. It stays in the list.
         */
        delete: operations["delete_api_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what
         * @description Every change through the API and `sensctl`, written in the transaction of the change itself. The API can add to it and
         *     nothing else. Secrets are never in it.
         */
        get: operations["list_audit_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Corrections, newest first */
        get: operations["list_corrections_route"];
        put?: never;
        /**
         * Correct readings
         * @description Sets the value of readings, or takes readings out: at most 10,000 that count. Nothing is overwritten: the earlier readings
         *     are superseded, and reads with `as_of` give what they gave then. Newest values follow at once, rollups within seconds;
         *     replays leave corrected readings alone.
         */
        post: operations["create_correction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corrections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A correction
         * @description Who made it and why, which readings it superseded, and whether it was undone.
         */
        get: operations["get_correction"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/corrections/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo a correction
         * @description What it superseded counts again, and what it brought counts no more; both stay to be seen with `as_of`. Of corrections that
         *     stand on each other the last is undone first.
         */
        post: operations["undo_correction_route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages that the database refused for good, oldest first */
        get: operations["list_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A dead letter with its payload */
        get: operations["get_dead_letter"];
        put?: never;
        post?: never;
        /**
         * Give a dead letter up for good
         * @description The letter and its payload are gone; the decision is kept with the name of the key.
         */
        delete: operations["delete_dead_letter"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{number}/requeue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a dead letter into the raw stream again
         * @description To be used once the reason of the refusal is gone. It becomes a new message; readings that are stored already count
         *     as duplicates. The decision is kept with the name of the key.
         */
        post: operations["requeue_dead_letter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deployments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The deployment log
         * @description What was rolled out here, promoted, rolled back, configured, switched and migrated, the newest first: who wanted it, from
         *     what, to what, what it rests on, and what its verification found.
         */
        get: operations["list_deployments_route"];
        put?: never;
        /**
         * Report a deployment
         * @description For pipelines and for the chart's verification. A deployment that is there already stays as it is and gets the checks of the
         *     further verification.
         */
        post: operations["report_deployment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List devices
         * @description A `Link` header names the next page. A device that is linked to a legacy number stands here once, with what both tell. With
         *     a key that is limited to some devices only those are listed.
         */
        get: operations["list_devices_route"];
        put?: never;
        /**
         * Enter a device
         * @description A device that was deleted is restored, with its history and with what is said about it now.
         */
        post: operations["create_device_route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One device
         * @description A device that is linked to a legacy number is also found by `legacy-<n>`.
         */
        get: operations["get_device"];
        /**
         * Replace what people say about a device
         * @description Members that are not said are emptied: a label, a name, the link to a legacy number. `If-Match` is needed.
         */
        put: operations["replace_device"];
        post?: never;
        /**
         * Delete a device
         * @description It is shown no more, and its legacy number is free again. Its data is kept until it is purged, and what it sends is stored
         *     all the same, so that a deletion by mistake costs nothing: entering the serial again restores the device with all of it.
         *     `If-Match` is needed.
         */
        delete: operations["delete_device_route"];
        options?: never;
        head?: never;
        /**
         * Change what people say about a device
         * @description A merge patch (RFC 7396): what is not said stays, null empties. `{"legacy_id": 7}` links the device to the legacy number 7,
         *     `{"legacy_id": null}` unlinks it; no stored row is changed by either. `If-Match` is needed.
         */
        patch: operations["patch_device"];
        trace?: never;
    };
    "/v1/devices/{serial}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The commands of a device, newest first */
        get: operations["list_device_commands"];
        put?: never;
        /**
         * Send a command to a device
         * @description It goes to `sens/v1/{serial}/command` as soon as somebody listens there, at least once and never after its time is
         *     over; the device answers on `…/command/ack` and tells repetitions by the id. 202 means that it is stored. With an
         *     `Idempotency-Key` the same request makes one command.
         */
        post: operations["create_command"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/commands/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A command and its history */
        get: operations["get_command"];
        put?: never;
        post?: never;
        /**
         * Cancel a command
         * @description As long as it is `queued`: what is on its way to the device cannot be taken back. A command that is cancelled is not sent.
         */
        delete: operations["cancel_device_command"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase a device
         * @description Purges everything that was received of it before the work begins: payloads, readings, rollups, errors, corrections, commands,
         *     presence and dead letters; of its entry in the registry the serial stays, and nothing else. What it sends from then on is
         *     stored as that of a new device. A linked legacy number goes with it. It cannot be undone. A worker does it, and another one
         *     goes on when it dies; the operation and the audit log keep the counts by table, before and after.
         */
        post: operations["erase_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why a reading is there or not
         * @description Looks at everything that happened to a device around a time: what arrived, was refused, is a duplicate, had a wrong
         *     clock, waits, was given up, was lost, was deleted or never came. `verdict` explains it best.
         */
        get: operations["explain_device"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Newest value of each metric */
        get: operations["latest_values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/measurements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readings of a device over time
         * @description The interval is half open, `[from, to)`; rolled up, it is widened to whole buckets. JSON comes in pages. The other formats
         *     come as a whole, one metric after the other, unless `limit` or `cursor` asks for a page; their next one is named by `Link`.
         */
        get: operations["list_measurements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Presence of a device */
        get: operations["get_presence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which metrics a device has, since when, and how many readings
         * @description Kept up to date as readings come and go, so that the answer costs the same for one reading as for a billion.
         */
        get: operations["list_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/startups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When a device started */
        get: operations["list_startups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices/{serial}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live readings of a device
         * @description As `/v1/stream`, for one device.
         */
        get: operations["stream_device"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices:export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export devices
         * @description All that the filters take, in the order that is asked for, as NDJSON or CSV by `Accept`; streamed. `POST /v1/devices:import`
         *     reads it back.
         */
        get: operations["export_devices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/devices:import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import devices
         * @description CSV with a header, or NDJSON, of at most 10,000 devices; gzip is understood. A device that is not known is entered, one that
         *     is known is changed: what a line does not say stays, an empty cell or `null` empties. Columns are `serial`, `name`, `model`,
         *     `legacy_id` and `labels` (`site=vie;line=3`, all of them); what an export says besides is passed over. Every line stands for itself: those
         *     that are wrong are refused with their number, the others are done. With `dry_run=true` nothing is changed. The same file
         *     again changes nothing.
         */
        post: operations["import_devices_route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live changes: commands and presence
         * @description Server-sent events. `command`: `{"serial","id","name","state","at","detail"}` for each step of a command; `presence`:
         *     `{"serial","state","before","at"}` when a device comes `online`, goes `offline` or falls `silent`. The id of an event, sent back as
         *     `Last-Event-ID`, resumes after it. Each is told at least once.
         */
        get: operations["stream_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Export readings into a file
         * @description For answers that take longer than a request may, or that are to be fetched later, by somebody else, or in parts. The query is
         *     checked at once; a replica of platform-api writes the file in the background, and another one begins it again when that one
         *     dies. `progress.done` are rows, `result.query` is what was asked for, `result.share` is the part of the interval that was read.
         *     `links.content` is the file when it is done; it is kept for a day (`SENS_API__EXPORT_KEPT_SECONDS`). `last` goes back from the time
         *     of the request. A key that is limited to some devices exports those, and sees its own exports.
         */
        post: operations["create_export"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The file of an export
         * @description As it was written, with `Content-Length`, `ETag` (its SHA-256) and `Content-Disposition`; every replica has it. `Range` takes one
         *     range of bytes, so that a download can go on where it broke off (`If-Range`, `curl -C -`).
         */
        get: operations["get_export_content"];
        put?: never;
        post?: never;
        /**
         * Delete the file of an export
         * @description Before it expires, so that there is room for others. Whoever asked for the export may do it, and operators.
         */
        delete: operations["delete_export_content"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import past readings
         * @description CSV with a header, or NDJSON: `serial`, `metric`, `recorded_at` (RFC 3339), `value` and, where it is another one than the
         *     catalogue's, `unit`; a reading per line, at most 1 GiB. The file is kept, and a worker puts its lines into the raw stream:
         *     decoded, stored, rolled up and accounted for like everything that devices send, with the source `import`. A reading that is
         *     there already is left out, so that the same file again changes nothing. Lines that are wrong are refused with their number
         *     and the reason, the first of them named in the result. With `dry_run=true` nothing is stored.
         */
        post: operations["create_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post telemetry
         * @description A JSON object is one item, an array and NDJSON have several; each becomes a raw record with exactly the bytes that
         *     were sent. The body may be gzip. 202 means that JetStream holds every item durably. With `Prefer: wait=N` (at most
         *     30 seconds) the answer waits for the outcome of each item. A body that is no JSON is kept as a raw record too, and
         *     answered 400. Repeating a request is always harmless. With an `Idempotency-Key` it also has the same answer and adds
         *     no message, for a day, by whichever replica; the key belongs to the API key. An API key that is limited to some devices is
         *     refused items of others: 403 `device_not_allowed`, and nothing of the request is taken.
         */
        post: operations["post_ingest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest-errors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What could not be read, newest first */
        get: operations["list_ingest_errors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readings of any devices and metrics over time
         * @description As for one device, which is named in each row; pages are in the order of time over all of them. Answers that are not JSON
         *     come as a whole, one series after the other, unless `limit` or `cursor` asks for a page. 422 `query_too_large` says what
         *     would fit.
         */
        get: operations["list_all_measurements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/measurements:query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readings of any devices and metrics over time
         * @description The same as `GET /v1/measurements`.
         */
        get: operations["get_measurement_query"];
        put?: never;
        /**
         * Readings of any devices and metrics over time, the query in the body
         * @description For queries that are too long for an address. The members are named as the parameters of `GET /v1/measurements`; what may be
         *     repeated there is a list here. `cursor` goes into the body as well.
         */
        post: operations["post_measurement_query"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The life of a message
         * @description Topic, bytes, arrival, decoder, errors with their place, what its readings are duplicates of, rows written and
         *     deliveries, for a message that is stored, waits, was given up, has expired or was lost; `verdict` says which.
         */
        get: operations["get_message"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The catalogue of metrics
         * @description Also what devices send without being described: `listed` tells them apart.
         */
        get: operations["list_metrics"];
        put?: never;
        /**
         * Add a metric to the catalogue
         * @description Workers check ranges and units by it within 5 seconds.
         */
        post: operations["create_metric_route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A metric */
        get: operations["get_metric"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Describe or change a metric
         * @description Stored values stay as they are; workers check ranges and units by the change within 5 seconds. Every change is kept.
         */
        patch: operations["change_metric_route"];
        trace?: never;
    };
    "/v1/metrics/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The changes of a metric */
        get: operations["list_metric_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Long work of every kind, newest first
         * @description A key that is limited to some devices sees the exports that it asked for itself.
         */
        get: operations["list_operations_route"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An operation
         * @description A key that is limited to some devices sees the exports that it asked for itself.
         */
        get: operations["get_operation"];
        put?: never;
        post?: never;
        /**
         * Cancel an operation
         * @description A replay or an import ends before its next part; what was changed until then stays. One that is over stays as it is. An erasure
         *     can be taken back until it is begun, a run of retention cannot be cancelled. Of an export nothing is left; whoever asked for it
         *     may cancel it. The others take an operator.
         */
        delete: operations["cancel_operation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The fleet at a glance */
        get: operations["overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/raw-records/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What arrived, verbatim, and what became of it */
        get: operations["get_raw_record"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest replays */
        get: operations["list_replays_route"];
        put?: never;
        /**
         * Decode stored payloads again
         * @description Today's decoders and catalogue read them. A reading that does not come out any more is superseded, a new one is added;
         *     nothing is deleted, and reads with `as_of` give what they gave then. Rollups follow. A worker does it, and another one goes
         *     on when it dies; doing it again changes nothing.
         */
        post: operations["create_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/replays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A replay
         * @description Shows how far it is and what it changed, or in a dry run would change.
         */
        get: operations["get_replay"];
        put?: never;
        post?: never;
        /**
         * Cancel a replay
         * @description It ends before its next part; what was changed until then stays. A replay that is over stays as it is.
         */
        delete: operations["cancel_replay_route"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention-runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest runs of retention */
        get: operations["list_retention_runs"];
        put?: never;
        /**
         * Let go what is older than the settings say
         * @description A worker does it within seconds; the run tells how far it is. With `dry_run=true` nothing is dropped: the run says which
         *     partitions would go, how much they hold and what could not be asked any more. Readings go only when their rollups are
         *     complete and hold the same; what has to stay makes the run `refused` and names the span.
         */
        post: operations["create_retention_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention-runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A run of retention
         * @description Shows how far it is, and every partition it looked at: rows, bytes, and what could not be asked any more.
         */
        get: operations["get_retention_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention-settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How long everything is kept
         * @description `PUT` changes a setting, as `sensctl retention set` does.
         */
        get: operations["list_retention_settings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention-settings/{class}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long a class is kept */
        get: operations["get_retention_setting"];
        /**
         * Change how long a class is kept
         * @description The next run of retention goes by it: what a shorter time lets go is gone for good. `POST /v1/retention-runs?dry_run=true` says
         *     before what that would be. `If-Match` is needed.
         */
        put: operations["put_retention_setting"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/retention-settings/{class}/metrics/{metric}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long a metric is kept that has a setting of its own */
        get: operations["get_metric_retention"];
        /**
         * Give a metric a time of its own, or change it
         * @description `If-Match` is needed, or `If-None-Match: *` for a metric that goes with its class.
         */
        put: operations["put_metric_retention"];
        post?: never;
        /**
         * Let a metric go with its class again
         * @description `If-Match` is needed.
         */
        delete: operations["delete_metric_retention"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live readings of the fleet
         * @description Server-sent events named `reading`, data `{"serial","metric","value","unit","recorded_at","received_at"}`. The id of
         *     an event, sent back as `Last-Event-ID`, resumes after it without gap or double. An event `gap` says that some
         *     events are no longer kept; `error` ends the stream and says why: a client that reads too slowly, a key that is no longer
         *     valid. A comment every 15 seconds shows that the connection lives. A key that is limited to some devices gets what they
         *     tell; who they are, as with `label`, is judged at the moment of each reading.
         */
        get: operations["stream_fleet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Backups and their proofs
         * @description What `sensctl backup`, `sensctl backup verify` and `sensctl restore` have noted in this database, failures included. After a
         *     restore the list is as old as the backup, with the restore in it.
         */
        get: operations["backups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/durability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Durability certificate
         * @description Reads the live settings of NATS, its streams, PostgreSQL and the MQTT sessions, and says whether an acknowledgement
         *     survives a power cut. What cannot be read counts as a reason.
         */
        get: operations["durability"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Devices over their quota
         * @description A device that sends more than its quota is slowed down for itself: what is above waits in its own queue and is stored
         *     at the device's rate.
         */
        get: operations["quotas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/replicas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Running replicas and their versions
         * @description All replicas of all services are asked at once over NATS, and each answers for itself: nothing is remembered, so that one
         *     that has gone is never shown.
         */
        get: operations["replicas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who calls
         * @description Any valid key may ask.
         */
        get: operations["whoami"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live readings over a WebSocket
         * @description The client sends `{"type":"subscribe","subscription":"a","device":[…],"label":[…],"metric":[…],"after":"<id>"}` for each selection it
         *     wants, under a name of its own, and `unsubscribe`; it gets `subscribed`, then `reading` messages with the same `id` and `data`
         *     as `/v1/stream`. `after` resumes without gap or double. `gap` says that some readings are no longer kept; `error` that an order
         *     was not understood or a subscription has ended. A ping every 15 seconds shows that the connection lives; one that takes
         *     nothing for 30 seconds is closed.
         */
        get: operations["open_socket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which build runs */
        get: operations["version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Whether everything that arrived is accounted for. */
        Accounting: {
            /**
             * @description `received = parsed + failed + control + dead + in_flight`, `decoded = processed + duplicate + error`, and nothing
             *     in `losses`.
             */
            balanced: boolean;
            /** @description The device whose account it is; `null` for all. */
            device?: string | null;
            from?: components["schemas"]["Timestamp"] | null;
            /** @description What is lost, at most 100 of each kind: by sequence and time. */
            losses: components["schemas"]["Loss"][];
            /** @description Messages. */
            messages: components["schemas"]["MessageAccount"];
            /** @description Readings. */
            readings: components["schemas"]["ReadingAccount"];
            rows_checked?: components["schemas"]["CheckedSpan"] | null;
            to?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A key without its secret. */
        ApiKey: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description The middle part of `sens_<id>_<secret>`. */
            id: string;
            /** @description Only for devices that this selector takes. */
            labels?: string | null;
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description Name for people. */
            name: string;
            /** @description What the key begins with. */
            prefix: string;
            revoked_at?: components["schemas"]["Timestamp"] | null;
            /** @description `viewer`, `ingest`, `operator` or `admin`. */
            role: string;
            /** @description Only for devices with these serials. */
            serials?: string[] | null;
        };
        /** @description All keys. */
        ApiKeyList: {
            /** @description The keys, newest first, revoked ones too. */
            items: components["schemas"]["ApiKey"][];
        };
        /** @description A key to make. */
        ApiKeyRequest: {
            /**
             * Format: date-time
             * @description From when on it is no longer accepted; never when left out.
             */
            expires_at?: string | null;
            /** @description Only for devices that this selector takes, such as `site=vie,line!=3`; for viewer and ingest keys. */
            labels?: string | null;
            /** @description Name for people, 1 to 100 characters. */
            name: string;
            /** @description What it may do. */
            role: components["schemas"]["Role"];
            /** @description Only for devices with these serials, at most 1000; for viewer and ingest keys. */
            serials?: string[] | null;
        };
        /** @description One change. */
        AuditItem: {
            /** @description What was done: `create`, `change`, `replace`, `delete`, `import`, `request`, `cancel`, `revoke`, `requeue`, `drop` or `record`. */
            action: string;
            /** @description Name of the key, `bootstrap`, or `sensctl:<user>` for somebody at the server. */
            actor: string;
            /** @description What it became; `null` when it is gone. */
            after?: unknown;
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description What it was; `null` when it is new. */
            before?: unknown;
            /**
             * Format: int64
             * @description Its number; rises with time.
             */
            id: number;
            /** @description Id of the key; `null` where it was none of ours. */
            key_id?: string | null;
            /** @description To which one. */
            object_id: string;
            /**
             * @description To what: `device`, `devices`, `api_key`, `metric`, `retention_setting`, `retention_run`, `replay`, `command`,
             *     `dead_letter` or `deployment`.
             */
            object_kind: string;
            /** @description The request, as `X-Request-Id` and the service's log name it. */
            request_id?: string | null;
        };
        /** @description A page of changes. */
        AuditPage: {
            /** @description The changes, the newest first. */
            items: components["schemas"]["AuditItem"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description Mean extension of each device in mm. */
        AverageExtension: {
            /** @description A row per device, by serial. */
            items: components["schemas"]["AverageExtensionRow"][];
        };
        /** @description One device. */
        AverageExtensionRow: {
            /**
             * Format: double
             * @description Mean of its extensions, ticks converted.
             */
            avg_extension_mm: number;
            /** @description The device. */
            serial: string;
        };
        /** @description A page of the runs of backups, and what matters of all of them. */
        BackupPage: {
            /** @description Runs of backups, proofs and restores, the newest first. */
            items: components["schemas"]["BackupRun"][];
            last_proven?: components["schemas"]["BackupRun"] | null;
            last_taken?: components["schemas"]["BackupRun"] | null;
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description A run of a backup, of a proof or of a restore. */
        BackupRun: {
            /** @description Which backup; `null` when it was never made or found. */
            backup_id?: string | null;
            /**
             * Format: int64
             * @description Length of the backup in bytes.
             */
            bytes?: number | null;
            /** @description Why the run failed. */
            detail?: string | null;
            /** @description When it ended. */
            finished_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Its number; rises with time.
             */
            id: number;
            /** @description `backup`, `verify` or `restore`. */
            kind: string;
            /** @description `done` or `failed`. */
            outcome: string;
            /** @description Where the backup lies: a folder, or `s3://bucket/prefix`. */
            place?: string | null;
            /**
             * Format: int64
             * @description Version of the schema in it.
             */
            schema_version?: number | null;
            started_at?: components["schemas"]["Timestamp"] | null;
            taken_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description Battery charge of each device. */
        BatterySummary: {
            /** @description A row per device, by serial. */
            items: components["schemas"]["BatterySummaryRow"][];
        };
        /** @description One device. */
        BatterySummaryRow: {
            /**
             * Format: double
             * @description Mean charge.
             */
            avg_pct: number;
            /**
             * Format: double
             * @description Newest charge.
             */
            last_pct: number;
            /** @description When the newest was measured. */
            last_seen: components["schemas"]["Timestamp"];
            /**
             * Format: double
             * @description Highest charge.
             */
            max_pct: number;
            /**
             * Format: double
             * @description Lowest charge.
             */
            min_pct: number;
            /** @description The device. */
            serial: string;
        };
        /** @description Arrivals whose rows were compared with the ledger. */
        CheckedSpan: {
            /** @description Inclusive start. */
            from: components["schemas"]["Timestamp"];
            /** @description Exclusive end. */
            to: components["schemas"]["Timestamp"];
        };
        /** @description A command to a device. */
        Command: {
            delivered_at?: components["schemas"]["Timestamp"] | null;
            /** @description Why it is in this state, for people. */
            detail?: string | null;
            /** @description It is not sent from then on, and counts as expired without an answer. */
            expires_at: components["schemas"]["Timestamp"];
            finished_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its id; the device gets it too, and does a command that comes twice once. */
            id: string;
            /** @description What to do. */
            name: string;
            /** @description With what. */
            payload: unknown;
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it. */
            requested_by: string;
            /** @description What the device gave back. */
            result?: unknown;
            sent_at?: components["schemas"]["Timestamp"] | null;
            /** @description Serial of the device. */
            serial: string;
            /**
             * @description `queued`, `sent` (the broker has it for a subscriber), `delivered` (the device says it has it), `acknowledged` (the
             *     device says it is done), `failed`, `expired` or `cancelled`.
             */
            state: string;
        };
        /** @description A command with its history. */
        CommandDetail: {
            delivered_at?: components["schemas"]["Timestamp"] | null;
            /** @description Why it is in this state, for people. */
            detail?: string | null;
            /** @description It is not sent from then on, and counts as expired without an answer. */
            expires_at: components["schemas"]["Timestamp"];
            finished_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its id; the device gets it too, and does a command that comes twice once. */
            id: string;
            /** @description What to do. */
            name: string;
            /** @description With what. */
            payload: unknown;
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it. */
            requested_by: string;
            /** @description What the device gave back. */
            result?: unknown;
            sent_at?: components["schemas"]["Timestamp"] | null;
            /** @description Serial of the device. */
            serial: string;
            /**
             * @description `queued`, `sent` (the broker has it for a subscriber), `delivered` (the device says it has it), `acknowledged` (the
             *     device says it is done), `failed`, `expired` or `cancelled`.
             */
            state: string;
            /** @description Every step it took, the first first. One that was sent twice has two steps `sent`. */
            steps: components["schemas"]["CommandStep"][];
        };
        /** @description A page of commands. */
        CommandPage: {
            /** @description The commands, newest first. */
            items: components["schemas"]["Command"][];
            /** @description Continues after this page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description A command to a device. */
        CommandRequest: {
            /**
             * Format: date-time
             * @description When it is not to be sent any more, at most 7 days from now. Not together with `ttl_seconds`.
             */
            expires_at?: string | null;
            /** @description What to do: 1 to 64 of `A-Z a-z 0-9 . _ : -`. */
            name: string;
            /** @description With what: any JSON of at most 32 KiB. */
            payload?: unknown;
            /**
             * Format: int64
             * @description The same in seconds from now; 3600 when neither is given.
             */
            ttl_seconds?: number | null;
        };
        /** @description A step of a command. */
        CommandStep: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description For people. */
            detail?: string | null;
            /** @description The state it led to. */
            state: string;
        };
        /** @description State of one component. */
        ComponentHealth: {
            /**
             * @description What is wrong; of `durability` the verdict of `/v1/system/durability`, and of `read_replica` where reads go: these
             *     two never fail.
             */
            detail?: string | null;
            /** @description Its name. */
            name: string;
            /** @description Whether it works. */
            ok: boolean;
        };
        /** @description A corrected reading. */
        CorrectedReading: {
            after?: components["schemas"]["Value"] | null;
            before?: components["schemas"]["Value"] | null;
            /** @description The payload it came from. */
            raw_record_id: string;
            /** @description When it was measured. */
            recorded_at: components["schemas"]["Timestamp"];
        };
        /** @description A correction: what a person said of readings, and why. */
        Correction: {
            /** @description `set` or `withdraw`. */
            action: string;
            corrected_at?: components["schemas"]["Timestamp"] | null;
            /** @description Who made it. */
            corrected_by: string;
            /** @description The device. */
            device: string;
            /** @description Whether it only says what would change. */
            dry_run: boolean;
            /** @description Inclusive start of the interval. */
            from: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Its number; `null` when it was only tried.
             */
            id?: number | null;
            /** @description Name of the metric. */
            metric: string;
            /**
             * Format: int64
             * @description How many readings it superseded.
             */
            readings: number;
            /** @description Why. */
            reason: string;
            /** @description Exclusive end. */
            to: components["schemas"]["Timestamp"];
            undone?: components["schemas"]["Undone"] | null;
            value?: components["schemas"]["Value"] | null;
        };
        /** @description A correction with the first of the readings it superseded. */
        CorrectionDetail: {
            /** @description `set` or `withdraw`. */
            action: string;
            /** @description The first 50 readings, by time. */
            changes: components["schemas"]["CorrectedReading"][];
            corrected_at?: components["schemas"]["Timestamp"] | null;
            /** @description Who made it. */
            corrected_by: string;
            /** @description The device. */
            device: string;
            /** @description Whether it only says what would change. */
            dry_run: boolean;
            /** @description Inclusive start of the interval. */
            from: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Its number; `null` when it was only tried.
             */
            id?: number | null;
            /** @description Name of the metric. */
            metric: string;
            /**
             * Format: int64
             * @description How many readings it superseded.
             */
            readings: number;
            /** @description Why. */
            reason: string;
            /** @description Exclusive end. */
            to: components["schemas"]["Timestamp"];
            undone?: components["schemas"]["Undone"] | null;
            value?: components["schemas"]["Value"] | null;
        };
        /** @description A page of corrections. */
        CorrectionPage: {
            /** @description The corrections, newest first, undone ones too, without the readings they superseded. */
            items: components["schemas"]["Correction"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description Which readings to correct, and how: give `at`, or `from` and `to`; and `value`, or `withdraw`. */
        CorrectionRequest: {
            /**
             * Format: date-time
             * @description Readings measured at this very instant.
             */
            at?: string | null;
            /** @description The device. */
            device: string;
            /** @description Only say what would change. */
            dry_run?: boolean;
            /**
             * Format: date-time
             * @description Readings measured from then on.
             */
            from?: string | null;
            /** @description Name of the metric. */
            metric: string;
            /** @description Why. */
            reason: string;
            /**
             * Format: date-time
             * @description Readings measured before.
             */
            to?: string | null;
            value?: components["schemas"]["Value"] | null;
            /** @description Take them out. */
            withdraw?: boolean;
        };
        /** @description A setting of PostgreSQL. */
        DatabasePolicy: {
            /** @description Name of the setting. */
            name: string;
            /** @description The role or database it is set for; `null` for everybody. */
            scope?: string | null;
            /** @description Its value. */
            value: string;
        };
        /** @description A message that the database refused for good. */
        DeadLetter: {
            /** @description Why it was refused. */
            cause: components["schemas"]["DeadLetterCause"];
            /** @description Where it stood in the raw stream, `<epoch>-<sequence>`. */
            message_id: string;
            /**
             * Format: int64
             * @description Its number.
             */
            number: number;
            /** @description Bytes of the payload. */
            payload_length: number;
            /** @description When it arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description `mqtt`, `http` or `import`. */
            source: string;
            /** @description Topic it came on; `http` for posted items. */
            topic: string;
        };
        /** @description Why the database refused a message. */
        DeadLetterCause: {
            /**
             * Format: int64
             * @description How often the message was delivered before it was given up.
             */
            attempts: number;
            /** @description SQLSTATE of the refusal. */
            code: string;
            /** @description What the database said. */
            text: string;
        };
        /** @description A decision about a dead letter. */
        DeadLetterDecision: {
            /** @description `requeued` or `dropped`. */
            action: string;
            /** @description Who decided: the name of the key, or `sensctl:<user>`. */
            actor: string;
            /** @description When. */
            decided_at: components["schemas"]["Timestamp"];
            /** @description The message it became when it was requeued. */
            new_message_id?: string | null;
        };
        /** @description A dead letter with its payload. */
        DeadLetterDetail: {
            /** @description Why it was refused. */
            cause: components["schemas"]["DeadLetterCause"];
            /** @description Content type the sender gave. */
            content_type?: string | null;
            /** @description Decisions about it so far, oldest first. */
            decisions: components["schemas"]["DeadLetterDecision"][];
            /** @description Where it stood in the raw stream, `<epoch>-<sequence>`. */
            message_id: string;
            /**
             * Format: int64
             * @description Its number.
             */
            number: number;
            /** @description The payload. */
            payload_base64: string;
            /** @description Bytes of the payload. */
            payload_length: number;
            /** @description The payload, where it is text. */
            payload_text?: string | null;
            /** @description When it arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description `mqtt`, `http` or `import`. */
            source: string;
            /** @description Topic it came on; `http` for posted items. */
            topic: string;
            /** @description Trace it belongs to. */
            traceparent?: string | null;
        };
        /** @description A page of dead letters. */
        DeadLetterPage: {
            /** @description The letters, oldest first. */
            items: components["schemas"]["DeadLetter"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description What runs, or ran. */
        DeployedBuild: {
            /** @description The commit it was built from. */
            git_sha?: string | null;
            /**
             * Format: int64
             * @description Its newest migration.
             */
            schema_version?: number | null;
            /** @description Its version. */
            version: string;
        };
        /** @description A deployment: a change of what runs, or of how it runs. */
        Deployment: {
            /** @description `deploy`, `promote`, `rollback`, `configure`, `flag` or `migration`. */
            action: string;
            /** @description When it was decided. */
            at: components["schemas"]["Timestamp"];
            /** @description Who wanted it. */
            by: string;
            /** @description What verification found. */
            checks: components["schemas"]["DeploymentCheck"][];
            /**
             * Format: int32
             * @description Number of the deployment in the infrastructure repository.
             */
            deployment?: number | null;
            /** @description Where. */
            environment: string;
            /** @description What it rests on: files of the infrastructure repository, or addresses. */
            evidence: string[];
            flag?: components["schemas"]["FlagChange"] | null;
            from?: components["schemas"]["DeployedBuild"] | null;
            /**
             * Format: int64
             * @description Its number in this log; rises with time.
             */
            id: number;
            /** @description Names it for ever. */
            key: string;
            /** @description Why. */
            reason?: string | null;
            /** @description When it was written down here. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description The pipeline's run. */
            run_url?: string | null;
            /** @description What runs since. */
            to: components["schemas"]["DeployedBuild"];
            /** @description Whether every check of its verification passed; `null` when nothing was verified. */
            verified?: boolean | null;
        };
        /** @description One check of a verification. */
        DeploymentCheck: {
            /** @description Whether it passed. */
            passed: boolean;
            /** @description Its name and what it saw. */
            text: string;
        };
        /** @description A page of deployments. */
        DeploymentPage: {
            /** @description The deployments, the newest first. */
            items: components["schemas"]["Deployment"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /**
         * @description A deployment to write down: a record of the infrastructure repository (`sens-deployment/1`) as it is, or less. What is left
         *     out is found in the log; fields that are not known here are ignored, because records grow.
         */
        DeploymentRecord: {
            /** @description `deploy`, `promote`, `rollback`, `configure`, `flag` or `migration`; left out, what the log makes of the version. */
            action?: string | null;
            /**
             * Format: date-time
             * @description When it was decided; left out, now.
             */
            at?: string | null;
            /** @description Who wanted it; left out, the key that reports it. */
            by?: string | null;
            /** @description What verification found. */
            checks?: components["schemas"]["DeploymentCheck"][];
            /**
             * Format: int32
             * @description Number of the deployment in the infrastructure repository. With the action it names the deployment; otherwise give `key`.
             */
            deployment?: number | null;
            /** @description Where. */
            environment: string;
            /** @description What it rests on. */
            evidence?: string[];
            /** @description All flags as they are since: those that the log knows otherwise are written down as changed. */
            features?: {
                [key: string]: boolean;
            } | null;
            flag?: components["schemas"]["FlagChange"] | null;
            from?: components["schemas"]["DeployedBuild"] | null;
            /** @description Names it for ever, where it has no number: reported twice it stays one. */
            key?: string | null;
            /** @description Why. */
            reason?: string | null;
            /** @description The pipeline's run. */
            run_url?: string | null;
            /** @description What runs since. */
            to: components["schemas"]["DeployedBuild"];
        };
        /** @description A device. */
        Device: {
            /** @description When it was entered. */
            created_at: components["schemas"]["Timestamp"];
            /** @description Firmware it reported. */
            firmware?: string | null;
            first_seen_at?: components["schemas"]["Timestamp"] | null;
            /** @description Labels given by operators. */
            labels: {
                [key: string]: string;
            };
            last_error_at?: components["schemas"]["Timestamp"] | null;
            last_seen_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Its number on the legacy topic: its own, or the one it is linked to.
             */
            legacy_id?: number | null;
            /** @description Model it reported. */
            model?: string | null;
            /** @description Name given by operators. */
            name?: string | null;
            /** @description What its status message or last will said. */
            online?: boolean | null;
            /** @description Whether it is known by telemetry only. */
            placeholder: boolean;
            provisioned_at?: components["schemas"]["Timestamp"] | null;
            /** @description Its serial. */
            serial: string;
            /** @description Whether it is heard of. */
            status: components["schemas"]["DeviceStatus"];
            /** @description When it was changed by people or by provisioning. */
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Rises with every such change; it stands in the `ETag`.
             */
            version: number;
        };
        /** @description Devices by status. */
        DeviceCounts: {
            /**
             * Format: int64
             * @description With something refused within the last 24 hours, whatever their status.
             */
            erring: number;
            /**
             * Format: int64
             * @description Never heard of.
             */
            never_seen: number;
            /**
             * Format: int64
             * @description Heard of lately and not reported offline.
             */
            online: number;
            /**
             * Format: int64
             * @description Known by telemetry only.
             */
            placeholder: number;
            /**
             * Format: int64
             * @description Heard of before.
             */
            silent: number;
            /**
             * Format: int64
             * @description All devices.
             */
            total: number;
        };
        /**
         * @description What people say about a device. Members that only the platform knows, such as `status`, may stand in a body and are passed
         *     over, so that an answer can be changed and sent back.
         */
        DeviceFields: {
            /** @description Labels: keys and values of at most 63 of `A-Z a-z 0-9 . _ : / -`, at most 64 of them. */
            labels?: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Number on the legacy topic that it is linked to: reads of either answer with the history of both. `null` unlinks it.
             */
            legacy_id?: number | null;
            /** @description Its model; one that it reports later takes its place. */
            model?: string | null;
            /** @description Name for people, at most 100 characters. */
            name?: string | null;
        };
        /** @description A page of devices. */
        DevicePage: {
            /** @description The devices, in the order that was asked for. */
            items: components["schemas"]["Device"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
            total?: components["schemas"]["Total"] | null;
        };
        /** @description A device to enter. */
        DeviceRequest: {
            /** @description Labels: keys and values of at most 63 of `A-Z a-z 0-9 . _ : / -`, at most 64 of them. */
            labels?: {
                [key: string]: string;
            };
            /**
             * Format: int64
             * @description Number on the legacy topic that it is linked to: reads of either answer with the history of both. `null` unlinks it.
             */
            legacy_id?: number | null;
            /** @description Its model; one that it reports later takes its place. */
            model?: string | null;
            /** @description Name for people, at most 100 characters. */
            name?: string | null;
            /** @description Its serial: 1 to 64 of `A-Z a-z 0-9 . _ : -`. */
            serial: string;
        };
        /** @description A start of the device. */
        DeviceStart: {
            /** @description Its firmware, where it said so. */
            firmware?: string | null;
            /** @description The message that said so. */
            message_id: string;
            /** @description When, by its own clock where that is plausible. */
            started_at: components["schemas"]["Timestamp"];
        };
        /** @description What is known of a device. */
        DeviceState: {
            last_seen_at?: components["schemas"]["Timestamp"] | null;
            /** @description What its last status message or last will said. */
            online?: boolean | null;
            status_at?: components["schemas"]["Timestamp"] | null;
        };
        /**
         * @description Whether a device is heard of.
         * @enum {string}
         */
        DeviceStatus: "online" | "silent" | "never_seen";
        /** @description What an acknowledgement of the platform is worth, by the settings in force. */
        Durability: {
            /** @description When the settings were read. */
            read_at: components["schemas"]["Timestamp"];
            /** @description Why it is not strict. */
            reasons: components["schemas"]["DurabilityReason"][];
            /** @description What was read; a part that could not be read is `null`. */
            settings: components["schemas"]["DurabilitySettings"];
            /** @description `strict`: what is acknowledged survives a power cut. `degraded`: it may not, or it cannot be known. */
            verdict: string;
        };
        /** @description A setting that weakens the promise, or that cannot be read. */
        DurabilityReason: {
            /** @description Stable code. */
            code: string;
            /** @description What is set, what follows and what to do. */
            detail: string;
        };
        /** @description The settings in force. */
        DurabilitySettings: {
            /** @description Settings of PostgreSQL. */
            database?: components["schemas"]["DatabasePolicy"][] | null;
            /** @description Sessions of the ingestion workers at their broker. */
            mqtt_sessions?: components["schemas"]["SessionPolicy"][] | null;
            nats?: components["schemas"]["NatsSettings"] | null;
            /** @description Streams that must not lose messages. */
            streams?: components["schemas"]["StreamPolicy"][] | null;
        };
        /** @description Why a device is erased. */
        ErasureRequest: {
            /** @description Only count what would go. */
            dry_run?: boolean;
            /** @description Why; kept with the proof, so name nobody here. */
            reason: string;
        };
        /** @description Why a reading is there or not. */
        Explanation: {
            /** @description The time that is explained. */
            at: components["schemas"]["Timestamp"];
            /** @description Readings that claim to be of the interval and are stored at another time, because that was not believed. */
            claimed: components["schemas"]["NearReading"][];
            /** @description Whether everything could be asked: `false` while JetStream is away, when nobody knows what waits there. */
            complete: boolean;
            device?: components["schemas"]["DeviceState"] | null;
            /** @description Everything that was found, the most telling first. */
            findings: components["schemas"]["Finding"][];
            /** @description Start of what was looked at. */
            from: components["schemas"]["Timestamp"];
            /** @description Messages of the device that arrived in the interval, at most 50 of those that are stored. */
            messages: components["schemas"]["MessageSummary"][];
            /** @description The metric that was asked for. */
            metric?: string | null;
            /** @description Those of them nearest to the time. */
            readings: components["schemas"]["NearReading"][];
            /**
             * Format: int64
             * @description How many readings measured in the interval are stored.
             */
            readings_stored: number;
            /** @description The device. */
            serial: string;
            /** @description Starts of the device. */
            starts: components["schemas"]["DeviceStart"][];
            /** @description End of what was looked at. */
            to: components["schemas"]["Timestamp"];
            /** @description Messages of which nobody can tell whose they are. */
            unattributed: components["schemas"]["MessageSummary"][];
            /** @description What explains it best. */
            verdict: components["schemas"]["Finding"];
        };
        /** @description A query for readings as for `POST /v1/measurements:query`, and what its file is to be. */
        ExportRequest: {
            /**
             * @description Of each bucket only these: `avg`, `min`, `max`, `count`, `sum`, `first`, `last`, percentiles such as `p95`; with commas
             *     or repeated.
             */
            agg?: string[] | null;
            /**
             * Format: date-time
             * @description Answer as the platform would have done then, RFC 3339.
             */
            as_of?: string | null;
            /**
             * Format: date-time
             * @description The reading of each series that is nearest to this instant, RFC 3339.
             */
            at?: string | null;
            /**
             * @description `none` (default), `gzip` or `zstd`; a Parquet file is compressed by itself.
             * @enum {string|null}
             */
            compression?: "none" | "gzip" | "zstd" | null;
            /** @description Only these serials; may be repeated. Without any: every device. */
            device?: string[] | null;
            /**
             * @description Buckets without readings: `none` (default: left out), `null`, `previous` or `linear`. The answer has no pages.
             * @enum {string|null}
             */
            fill?: "none" | "null" | "previous" | "linear" | null;
            /**
             * @description `csv` (default), `ndjson`, `parquet` or `arrow`.
             * @example parquet
             * @enum {string|null}
             */
            format?: "csv" | "ndjson" | "parquet" | "arrow" | null;
            /**
             * Format: date-time
             * @description Inclusive start, RFC 3339.
             * @example 2026-11-20T10:00:00Z
             */
            from?: string | null;
            /** @description Only devices with these labels, such as `site=vie,line!=3`; may be repeated. */
            label?: string[] | null;
            /**
             * @description Instead of both: the time up to now, such as `24h`.
             * @example 24h
             */
            last?: string | null;
            /**
             * @description How points are chosen: `lttb` (default: keeps the shape) or `minmax` (keeps every peak).
             * @enum {string|null}
             */
            method?: "lttb" | "minmax" | null;
            /** @description Only these metrics; may be repeated. */
            metric?: string[] | null;
            /**
             * @description `asc` (default) or `desc`.
             * @enum {string|null}
             */
            order?: "asc" | "desc" | null;
            /**
             * Format: int32
             * @description At most so many points of each series, 4 to 10000, for a chart. The answer has no pages.
             */
            points?: number | null;
            /**
             * @description `raw` (default), `auto` (by the length of the interval), or the width of buckets: a number and `s`, `m`, `h`, `d`, `w`,
             *     `mo` or `y`.
             * @example 15m
             */
            resolution?: string | null;
            /**
             * @description By which time: `device` (default: when it was measured) or `received` (when it arrived).
             * @enum {string|null}
             */
            time?: "device" | "received" | null;
            /**
             * Format: date-time
             * @description Exclusive end, RFC 3339.
             */
            to?: string | null;
            /**
             * @description Time zone of days, weeks, months and years, such as `Europe/Vienna`; default UTC.
             * @example Europe/Vienna
             */
            tz?: string | null;
            /** @description Convert values: `display`, or a unit that the metrics have. */
            unit?: string | null;
        };
        /** @description Extensions and retractions of each device. */
        ExtensionVsRetraction: {
            /** @description A row per device, by serial. */
            items: components["schemas"]["ExtensionVsRetractionRow"][];
        };
        /** @description One device. */
        ExtensionVsRetractionRow: {
            /**
             * Format: int64
             * @description Readings above the one before.
             */
            extensions: number;
            /**
             * Format: int64
             * @description Readings below the one before.
             */
            retractions: number;
            /** @description The device. */
            serial: string;
        };
        /** @description One thing that is wrong with a request. */
        FieldError: {
            /** @description What is wrong, for people. */
            detail: string;
            /** @description Name of the query parameter. */
            parameter?: string | null;
            /** @description JSON Pointer into the body. */
            pointer?: string | null;
        };
        /** @description A stable code and a sentence for people. */
        Finding: {
            /** @description What it is, by a name that never changes. */
            code: string;
            /** @description What happened. */
            text: string;
        };
        /** @description How many devices have a firmware version. */
        FirmwareCount: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description The version; `null` for devices that never told theirs. */
            firmware?: string | null;
        };
        /** @description A changed feature flag. */
        FlagChange: {
            /** @description What it was. */
            from: boolean;
            /** @description Its name. */
            name: string;
            /** @description What it is since. */
            to: boolean;
        };
        /** @description State of the service. */
        HealthReport: {
            /** @description Git SHA of the build. */
            build_sha: string;
            /** @description What the service depends on. */
            components: components["schemas"]["ComponentHealth"][];
            /** @description Name of the service. */
            service: string;
            /** @description `ok`, `failing`, `starting` or `draining`. */
            status: string;
            /** @description Version of the service. */
            version: string;
        };
        /** @description What became of a line. */
        ImportLine: {
            /** @description Why it was refused: the code of the problem. */
            code?: string | null;
            /** @description The same for people. */
            detail?: string | null;
            /** @description Its number in the file, from 1; where it begins, when it has several. */
            line: number;
            /** @description `created`, `changed`, `unchanged` or `refused`. */
            outcome: string;
            /** @description Its device, where it names one. */
            serial?: string | null;
        };
        /** @description What became of an import. */
        ImportResult: {
            /** @description Devices that are other ones now. */
            changed: number;
            /** @description Devices that are new. */
            created: number;
            /** @description Whether nothing was changed. */
            dry_run: boolean;
            /** @description One entry for each line with a device, in their order. */
            items: components["schemas"]["ImportLine"][];
            /** @description Lines of which nothing was done. */
            refused: number;
            /** @description Devices that were like this. */
            unchanged: number;
        };
        /** @description What was ever committed, and what waits. */
        IngestCounts: {
            /**
             * Format: int64
             * @description Messages that the database refused for good.
             */
            dead_letters: number;
            /**
             * Format: int64
             * @description Readings that were there already.
             */
            duplicate: number;
            /**
             * Format: int64
             * @description Bad readings and payloads.
             */
            errors: number;
            /**
             * Format: int64
             * @description Messages committed.
             */
            messages: number;
            /**
             * Format: int64
             * @description Messages that wait in the stream; `null` while NATS cannot be reached.
             */
            pending?: number | null;
            /**
             * Format: int64
             * @description Readings stored.
             */
            processed: number;
        };
        /** @description One bad reading, or one bad payload. */
        IngestError: {
            /** @description Explanation for people. */
            detail: string;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description JSON Pointer into the payload; empty for all of it. */
            pointer: string;
            /** @description The payload it was found in. */
            raw_record_id: string;
            /** @description Stable reason. */
            reason: string;
            /** @description When it arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description The device, where it is known. */
            serial?: string | null;
            /** @description Topic it came on; `http` for posted items, `null` when the raw record is gone. */
            topic?: string | null;
        };
        /** @description A page of errors. */
        IngestErrorPage: {
            /** @description The errors, newest arrival first. */
            items: components["schemas"]["IngestError"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
        };
        /** @description What became of the items. */
        IngestResult: {
            /** @description How many items JetStream holds. */
            accepted: number;
            /** @description One entry per item, in their order. */
            items: components["schemas"]["ItemResult"][];
        };
        /** @description What became of one item, in the order of the request. */
        ItemResult: {
            /** @description Explanation of the reason. */
            detail?: string | null;
            /** @description JSON Pointer into the item. */
            pointer?: string | null;
            /** @description Its raw record, `<epoch>-<sequence>`; `null` when it was refused, or the epoch is not known yet. */
            raw_record_id?: string | null;
            /** @description The first thing that is wrong with it, as in `/v1/ingest-errors`. */
            reason?: string | null;
            /** @description What became of it. */
            status: components["schemas"]["ItemStatus"];
        };
        /**
         * @description What became of an item.
         * @enum {string}
         */
        ItemStatus: "accepted" | "processed" | "duplicate" | "invalid" | "provisioned" | "unauthorized" | "refused";
        /** @description The newest value of each metric of a device. */
        Latest: {
            /** @description One entry per metric, by name. */
            items: components["schemas"]["LatestItem"][];
            /** @description The device. */
            serial: string;
        };
        /** @description The newest value of a metric, by the time it was measured. */
        LatestItem: {
            /** @description Name of the metric. */
            metric: string;
            /** @description When it arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description When it was measured. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description Unit of the value. */
            unit?: string | null;
            /** @description The value. */
            value: components["schemas"]["Value"];
        };
        /** @description Something that was received and is not there. */
        Loss: {
            after?: components["schemas"]["Timestamp"] | null;
            before?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description How many messages are lost, how many raw records or readings are missing.
             */
            count: number;
            /**
             * @description `message_lost` (it left the stream before it was committed), `raw_record_missing` or `reading_missing` (it was
             *     committed, and the row is not there any more).
             */
            kind: string;
            /** @description The last of several lost messages in a row. */
            last_message_id?: string | null;
            /** @description The message, `<epoch>-<sequence>`; the first of several. */
            message_id: string;
            received_at?: components["schemas"]["Timestamp"] | null;
        };
        /** @description A reading, a bucket of readings, or a point of a chart. */
        MeasurementItem: {
            /**
             * Format: int64
             * @description How many readings there are in the bucket; with `agg`, beside a member for each aggregate by its name, such as `avg` or
             *     `p95`.
             */
            count?: number;
            /** @description Name of the metric. */
            metric: string;
            /**
             * @description What is to be known about its time: `ok`, `scaled`, `arrival_time` or `implausible_clock`; `rolled_up` for many, `filled`
             *     for none.
             */
            quality?: string;
            /** @description When it arrived; only with `time=received`. */
            received_at?: components["schemas"]["Timestamp"];
            /** @description When it was measured; the start of a bucket. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description The readings that are rolled up here; with `resolution`, without `agg`. */
            rollup?: components["schemas"]["Rollup"];
            /** @description Serial of the device, where the question was about several. */
            serial?: string;
            /** @description Unit of the value. */
            unit: string | null;
            value?: components["schemas"]["Value"] | null;
        };
        /** @description Readings, buckets or points, with what is to be known about them as a whole. */
        MeasurementPage: {
            /** @description The moment whose knowledge the answer shows; only when one was asked for. */
            as_of?: components["schemas"]["Timestamp"];
            /** @description An array for each member of a row, all of one length; only with `shape=columns`. What is rolled up lies flat. */
            columns?: {
                [key: string]: unknown[];
            };
            /** @description Whether this is the whole rest of the interval, and nothing in it waits to be rolled up. */
            complete: boolean;
            /** @description The rows; not with `shape=columns`. */
            items?: components["schemas"]["MeasurementItem"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor: string | null;
            /** @description The device, where the question was about one. */
            serial?: string;
            /** @description Where the answer comes from: `raw`, `rollup_1m`, `rollup_1h` or `rollup_1d`. */
            source: string;
            watermark: components["schemas"]["Timestamp"] | null;
        };
        /** @description A query for readings as a body: its members are those of the query string. */
        MeasurementQuery: {
            /**
             * @description Of each bucket only these: `avg`, `min`, `max`, `count`, `sum`, `first`, `last`, percentiles such as `p95`; with commas
             *     or repeated.
             */
            agg?: string[] | null;
            /**
             * Format: date-time
             * @description Answer as the platform would have done then, RFC 3339.
             */
            as_of?: string | null;
            /**
             * Format: date-time
             * @description The reading of each series that is nearest to this instant, RFC 3339.
             */
            at?: string | null;
            /** @description `next_cursor` of the page before. */
            cursor?: string | null;
            /** @description Only these serials; may be repeated. Without any: every device. */
            device?: string[] | null;
            /**
             * @description Buckets without readings: `none` (default: left out), `null`, `previous` or `linear`. The answer has no pages.
             * @enum {string|null}
             */
            fill?: "none" | "null" | "previous" | "linear" | null;
            /**
             * Format: date-time
             * @description Inclusive start, RFC 3339.
             * @example 2026-11-20T10:00:00Z
             */
            from?: string | null;
            /** @description Only devices with these labels, such as `site=vie,line!=3`; may be repeated. */
            label?: string[] | null;
            /**
             * @description Instead of both: the time up to now, such as `24h`.
             * @example 24h
             */
            last?: string | null;
            /**
             * Format: int32
             * @description Page size, 1 to 10000, default 1000.
             */
            limit?: number | null;
            /**
             * @description How points are chosen: `lttb` (default: keeps the shape) or `minmax` (keeps every peak).
             * @enum {string|null}
             */
            method?: "lttb" | "minmax" | null;
            /** @description Only these metrics; may be repeated. */
            metric?: string[] | null;
            /**
             * @description `asc` (default) or `desc`.
             * @enum {string|null}
             */
            order?: "asc" | "desc" | null;
            /**
             * Format: int32
             * @description At most so many points of each series, 4 to 10000, for a chart. The answer has no pages.
             */
            points?: number | null;
            /**
             * @description `raw` (default), `auto` (by the length of the interval), or the width of buckets: a number and `s`, `m`, `h`, `d`, `w`,
             *     `mo` or `y`.
             * @example 15m
             */
            resolution?: string | null;
            /**
             * @description JSON as `rows` (default) or `columns`.
             * @enum {string|null}
             */
            shape?: "rows" | "columns" | null;
            /**
             * @description By which time: `device` (default: when it was measured) or `received` (when it arrived).
             * @enum {string|null}
             */
            time?: "device" | "received" | null;
            /**
             * Format: date-time
             * @description Exclusive end, RFC 3339.
             */
            to?: string | null;
            /**
             * @description Time zone of days, weeks, months and years, such as `Europe/Vienna`; default UTC.
             * @example Europe/Vienna
             */
            tz?: string | null;
            /** @description Convert values: `display`, or a unit that the metrics have. */
            unit?: string | null;
        };
        /** @description The life of a message: what arrived, and what became of it. */
        Message: {
            arrived_after?: components["schemas"]["Timestamp"] | null;
            arrived_before?: components["schemas"]["Timestamp"] | null;
            arrived_in_minute?: components["schemas"]["Timestamp"] | null;
            committed_at?: components["schemas"]["Timestamp"] | null;
            /** @description Content type the sender gave. */
            content_type?: string | null;
            dead_letter?: components["schemas"]["DeadLetter"] | null;
            /** @description Decisions about its dead letter, oldest first. */
            decisions: components["schemas"]["DeadLetterDecision"][];
            /** @description Decoder and version that read it. */
            decoder?: string | null;
            /**
             * Format: int32
             * @description How often it was delivered to a worker until it was committed or given up; more than once when a worker died with it.
             */
            deliveries?: number | null;
            /** @description What is wrong with it. */
            errors: components["schemas"]["MessageError"][];
            /** @description Its position in the stream, `<epoch>-<sequence>`. */
            id: string;
            /** @description `parsed`, `failed` or `control` once it is in the store. */
            outcome?: string | null;
            payload?: components["schemas"]["MessagePayload"] | null;
            /** @description Its good readings, in their order. */
            readings: components["schemas"]["MessageReading"][];
            received_at?: components["schemas"]["Timestamp"] | null;
            /** @description Rows that are in the store because of it. */
            rows_written: components["schemas"]["RowsWritten"];
            /**
             * Format: int64
             * @description Sequence in the stream.
             */
            sequence: number;
            /** @description `mqtt`, `http` or `import`. */
            source?: string | null;
            /** @description Topic it came on; `http` for posted items. `null` when nothing of the message is left. */
            topic?: string | null;
            /** @description Trace it belongs to. */
            traceparent?: string | null;
            /** @description Where it stands. */
            verdict: components["schemas"]["Finding"];
        };
        /** @description What became of messages. */
        MessageAccount: {
            /**
             * Format: int64
             * @description Startup, status and acknowledgement messages.
             */
            control: number;
            /**
             * Format: int64
             * @description Refused by the database for good.
             */
            dead: number;
            /**
             * Format: int64
             * @description With an error.
             */
            failed: number;
            /**
             * Format: int64
             * @description Waiting in the stream. Counted only when the interval has no end or ends in the future.
             */
            in_flight: number;
            /**
             * Format: int64
             * @description Read without error.
             */
            parsed: number;
            /**
             * Format: int64
             * @description Messages JetStream took.
             */
            received: number;
        };
        /** @description An error in a message, with its place. */
        MessageError: {
            /** @description Bytes of the payload before the place; `null` where it has none. */
            byte?: number | null;
            /** @description Column of the place in characters, from 1. */
            column?: number | null;
            /** @description Explanation for people. */
            detail: string;
            /** @description Line of the place, from 1. */
            line?: number | null;
            /** @description JSON Pointer into the payload; empty for all of it. */
            pointer: string;
            /** @description Stable reason. */
            reason: string;
            /** @description The device, where it is known. */
            serial?: string | null;
        };
        /** @description The bytes of a message. */
        MessagePayload: {
            /** @description The kept bytes. */
            base64: string;
            /** @description The kept bytes, two digits each. */
            hex: string;
            /** @description How many bytes of it are kept; of an oversized payload only the beginning is. */
            kept: number;
            /**
             * Format: int64
             * @description Length as it arrived.
             */
            length: number;
            /** @description The kept bytes as text, where they are UTF-8. */
            text?: string | null;
        };
        /** @description A good reading of a message and what became of it. */
        MessageReading: {
            /**
             * Format: int64
             * @description Number of the correction, see `/v1/corrections/{id}`.
             */
            correction?: number | null;
            device_time?: components["schemas"]["Timestamp"] | null;
            /** @description The message that stored it, where another one did. */
            duplicate_of?: string | null;
            /**
             * @description `stored`, `corrected` (it is stored, and a person has set another value or taken it out), `duplicate` (another message
             *     had stored it before), `expired` (retention has let it go) or `missing` (it was committed and is not there).
             */
            fate: string;
            /** @description Name of the metric. */
            metric: string;
            /** @description How far its time is to be trusted. */
            quality: string;
            /** @description Its time in the store. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description The device. */
            serial: string;
            /** @description The value. */
            value: components["schemas"]["Value"];
        };
        /** @description A message in short; `/v1/messages/{id}` has the rest. */
        MessageSummary: {
            /** @description `<epoch>-<sequence>`. */
            id: string;
            received_at?: components["schemas"]["Timestamp"] | null;
            /** @description Topic it came on. */
            topic?: string | null;
            /** @description Where it stands. */
            verdict: components["schemas"]["Finding"];
        };
        /** @description A metric. */
        Metric: {
            /**
             * Format: double
             * @description What a stored value is multiplied with to get the display unit.
             */
            display_factor?: number | null;
            /** @description Name for people. */
            display_name?: string | null;
            /** @description Unit for people. */
            display_unit?: string | null;
            /** @description `number`, `boolean` or `text`. */
            kind: string;
            /** @description Whether somebody described it; otherwise devices just send it. */
            listed: boolean;
            /**
             * Format: double
             * @description Greatest valid value.
             */
            max?: number | null;
            /**
             * Format: double
             * @description Least valid value.
             */
            min?: number | null;
            /** @description Its name. */
            name: string;
            /** @description Unit of stored values. */
            unit?: string | null;
            /**
             * Format: int64
             * @description Rises with every change.
             */
            version: number;
        };
        /** @description Fields of a metric. What is left out stays as it is, null empties it. */
        MetricFields: {
            /**
             * Format: double
             * @description What a stored value is multiplied with to get the display unit.
             */
            display_factor?: number | null;
            /** @description Name for people. */
            display_name?: string | null;
            /** @description Unit for people. */
            display_unit?: string | null;
            /** @description `number` (default), `boolean` or `text`; cannot be changed when there are readings. */
            kind?: string | null;
            /** @description Whether it belongs to the catalogue: only then unit and range are checked. */
            listed?: boolean | null;
            /**
             * Format: double
             * @description Greatest valid value.
             */
            max?: number | null;
            /**
             * Format: double
             * @description Least valid value. What devices send below it is refused as `out_of_range` from now on.
             */
            min?: number | null;
            /** @description Unit of stored values. Of a metric that has readings it can be said, but not be changed. */
            unit?: string | null;
        };
        /** @description The catalogue of metrics. */
        MetricList: {
            /** @description The metrics, by name. */
            items: components["schemas"]["Metric"][];
        };
        /** @description What to change about a metric. */
        MetricPatch: {
            /**
             * Format: double
             * @description What a stored value is multiplied with to get the display unit.
             */
            display_factor?: number | null;
            /** @description Name for people. */
            display_name?: string | null;
            /** @description Unit for people. */
            display_unit?: string | null;
            /** @description `number` (default), `boolean` or `text`; cannot be changed when there are readings. */
            kind?: string | null;
            /** @description Whether it belongs to the catalogue: only then unit and range are checked. */
            listed?: boolean | null;
            /**
             * Format: double
             * @description Greatest valid value.
             */
            max?: number | null;
            /**
             * Format: double
             * @description Least valid value. What devices send below it is refused as `out_of_range` from now on.
             */
            min?: number | null;
            /** @description Unit of stored values. Of a metric that has readings it can be said, but not be changed. */
            unit?: string | null;
            /**
             * Format: int64
             * @description The version that the change is made for; the change is refused when there is another one. Any, when left out.
             */
            version?: number | null;
        };
        /** @description A metric to add. */
        MetricRequest: {
            /**
             * Format: double
             * @description What a stored value is multiplied with to get the display unit.
             */
            display_factor?: number | null;
            /** @description Name for people. */
            display_name?: string | null;
            /** @description Unit for people. */
            display_unit?: string | null;
            /** @description `number` (default), `boolean` or `text`; cannot be changed when there are readings. */
            kind?: string | null;
            /** @description Whether it belongs to the catalogue: only then unit and range are checked. */
            listed?: boolean | null;
            /**
             * Format: double
             * @description Greatest valid value.
             */
            max?: number | null;
            /**
             * Format: double
             * @description Least valid value. What devices send below it is refused as `out_of_range` from now on.
             */
            min?: number | null;
            /** @description Its name, 1 to 128 characters. */
            name: string;
            /** @description Unit of stored values. Of a metric that has readings it can be said, but not be changed. */
            unit?: string | null;
        };
        /** @description A change of a metric. */
        MetricVersion: {
            /** @description What it became. */
            after: unknown;
            /** @description What it was; null for a new metric. */
            before?: unknown;
            /** @description When. */
            changed_at: components["schemas"]["Timestamp"];
            /** @description Name of the key that did it. */
            changed_by: string;
            /**
             * Format: int64
             * @description Its version after the change.
             */
            version: number;
        };
        /** @description What was ever said about a metric. */
        MetricVersions: {
            /** @description The changes, newest first. A metric that nobody changed has none. */
            items: components["schemas"]["MetricVersion"][];
        };
        /** @description How the NATS server writes to its disk. */
        NatsSettings: {
            /** @description Whether every message is on disk before it is acknowledged. */
            sync_always: boolean;
            /**
             * Format: int64
             * @description Seconds between syncs otherwise.
             */
            sync_interval_seconds: number;
        };
        /** @description A stored reading. */
        NearReading: {
            device_time?: components["schemas"]["Timestamp"] | null;
            /** @description The message that brought it. */
            message_id: string;
            /** @description Its metric. */
            metric: string;
            /** @description How far its time is to be trusted. */
            quality: string;
            /** @description When it arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description Its time in the store. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description Its value. */
            value: components["schemas"]["Value"];
        };
        /** @description A new key. Its secret is shown here and never again. */
        NewKey: {
            /** @description When it was made. */
            created_at: components["schemas"]["Timestamp"];
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description The middle part of `sens_<id>_<secret>`. */
            id: string;
            /** @description The key, to be sent as `Authorization: Bearer <key>`. Not in an answer that is repeated for an `Idempotency-Key`. */
            key?: string;
            /** @description Only for devices that this selector takes. */
            labels?: string | null;
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description Name for people. */
            name: string;
            /** @description What the key begins with. */
            prefix: string;
            revoked_at?: components["schemas"]["Timestamp"] | null;
            /** @description `viewer`, `ingest`, `operator` or `admin`. */
            role: string;
            /** @description Only for devices with these serials. */
            serials?: string[] | null;
        };
        /** @description Long work that was asked for. */
        Operation: {
            /** @description Whether nothing is changed. */
            dry_run: boolean;
            finished_at?: components["schemas"]["Timestamp"] | null;
            /** @description `<kind>-<number>`. */
            id: string;
            /** @description `replay`, `retention`, `erasure`, `import` or `export`. */
            kind: string;
            /** @description Where more is to be found. */
            links: components["schemas"]["OperationLinks"];
            problem?: components["schemas"]["OperationProblem"] | null;
            /** @description How far it is. */
            progress: components["schemas"]["OperationProgress"];
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it; `schedule` for regular work. */
            requested_by: string;
            /** @description What it came to so far; its members depend on the kind. */
            result: unknown;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description `requested`, `running`, `done`, `refused`, `failed` or `cancelled`. */
            state: string;
        };
        /** @description Where more is to be found. */
        OperationLinks: {
            /** @description The file of an export that is done, as long as it is kept. */
            content?: string;
            /** @description The same with what is particular to its kind. */
            resource: string;
            /** @description The operation. */
            self: string;
        };
        /** @description A page of operations. */
        OperationPage: {
            /** @description The operations, newest first. */
            items: components["schemas"]["Operation"][];
            /** @description Continues after this page; null on the last one. */
            next_cursor?: string | null;
        };
        /** @description Why an operation did not come to its end. */
        OperationProblem: {
            /** @description `operation_failed` or `operation_refused`, or a code that says more, such as `export_too_large`. */
            code: string;
            /** @description For people. */
            detail: string;
        };
        /** @description How far an operation is. */
        OperationProgress: {
            /**
             * Format: int64
             * @description How much is done.
             */
            done: number;
            /**
             * Format: int64
             * @description Of how much; null while that is not known.
             */
            total?: number | null;
        };
        /** @description The fleet at a glance, at most a few seconds old. */
        Overview: {
            /** @description Devices by status. */
            devices: components["schemas"]["DeviceCounts"];
            /** @description Errors of the last 24 hours. */
            errors_by_reason: components["schemas"]["ReasonCount"][];
            /** @description Firmware versions in the fleet. */
            firmware: components["schemas"]["FirmwareCount"][];
            /** @description What was ever committed, and what waits. */
            ingest: components["schemas"]["IngestCounts"];
            /** @description Mean of the last 60 seconds. */
            rate: components["schemas"]["Rate"];
        };
        /** @description Platform height of each device. */
        PlatformHeight: {
            /** @description A row per device, by serial. */
            items: components["schemas"]["PlatformHeightRow"][];
        };
        /** @description One device. */
        PlatformHeightRow: {
            /**
             * Format: double
             * @description Mean height.
             */
            avg_mm: number;
            /**
             * Format: double
             * @description Newest height.
             */
            last_mm: number;
            /**
             * Format: double
             * @description Greatest height.
             */
            max_mm: number;
            /**
             * Format: double
             * @description Lowest height.
             */
            min_mm: number;
            /** @description The device. */
            serial: string;
        };
        /** @description Whether a device is heard of, and when that changed. */
        Presence: {
            /** @description The changes, newest first; of the last 90 days. */
            items: components["schemas"]["PresenceItem"][];
            /**
             * Format: int64
             * @description Seconds after which a device that says nothing counts as silent.
             */
            offline_after_seconds: number;
            /** @description Serial of the device. */
            serial: string;
            since?: components["schemas"]["Timestamp"] | null;
            /**
             * @description `online`, `offline` (it, or its last will, said so) or `silent` (nothing was heard of it for `offline_after`
             *     seconds); null for a device that was never heard of.
             */
            state?: string | null;
        };
        /** @description A change of presence. */
        PresenceItem: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description What it came to. */
            state: string;
        };
        /** @description The body of an error answer, `application/problem+json`. */
        Problem: {
            /** @description Stable name of what went wrong. */
            code: string;
            /** @description What is wrong with this request. */
            detail: string;
            /** @description Each thing that is wrong. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Path of the request. */
            instance: string;
            /** @description Names the request in the server's log. */
            request_id: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description Short title of the code. */
            title: string;
            /** @description Trace of the request, from `traceparent` where one came. */
            trace_id: string;
            /** @description Page that explains the code. */
            type: string;
        };
        /** @description Devices that send more than their quota. */
        Quotas: {
            /** @description The devices, those with the most waiting messages first, at most 1,000. */
            items: components["schemas"]["WaitingDevice"][];
            /** @description Messages of all devices that wait for their turn. */
            waiting: number;
        };
        /** @description Mean of the last 60 seconds. */
        Rate: {
            /**
             * Format: double
             * @description Messages committed per second.
             */
            messages_per_second: number;
            /**
             * Format: double
             * @description Readings stored per second.
             */
            readings_per_second: number;
        };
        /** @description An error in a payload. */
        RawError: {
            /** @description Explanation for people. */
            detail: string;
            /**
             * Format: int64
             * @description Number of the error.
             */
            id: number;
            /** @description JSON Pointer into the payload; empty for all of it. */
            pointer: string;
            /** @description Stable reason. */
            reason: string;
            /** @description The device, where it is known. */
            serial?: string | null;
        };
        /** @description A stored reading of the payload. */
        RawReading: {
            /** @description Name of the metric. */
            metric: string;
            /** @description The raw record that stored it first: another one when this payload repeats it. */
            raw_record_id: string;
            /** @description When it was measured. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description The device. */
            serial: string;
            /** @description The value. */
            value: components["schemas"]["Value"];
        };
        /** @description One received payload and what became of it. */
        RawRecord: {
            /** @description When it was committed. */
            committed_at: components["schemas"]["Timestamp"];
            /** @description Content type the sender gave. */
            content_type?: string | null;
            /**
             * Format: int32
             * @description Readings in it.
             */
            decoded_count: number;
            /** @description Decoder and version that read it. */
            decoder?: string | null;
            /**
             * Format: int32
             * @description Errors in it.
             */
            error_count: number;
            /** @description What is wrong with it. */
            errors: components["schemas"]["RawError"][];
            /** @description Its position in the stream, `<epoch>-<sequence>`. */
            id: string;
            /** @description `parsed`, `failed`, `control` or `dead`. */
            outcome: string;
            /** @description Whether every reading in it is stored; a duplicate counts. */
            parse_ok: boolean;
            /** @description The payload. */
            payload_base64: string;
            /**
             * Format: int64
             * @description Length as it arrived; of an oversized payload only the beginning is kept.
             */
            payload_length: number;
            /** @description The payload, where it is text. */
            payload_text?: string | null;
            /** @description Those of its readings that are stored. */
            readings: components["schemas"]["RawReading"][];
            /** @description When it arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description `mqtt`, `http` or `import`. */
            source: string;
            /** @description Topic it came on; `http` for posted items. */
            topic: string;
            /** @description Trace it belongs to. */
            traceparent?: string | null;
        };
        /** @description What became of readings. */
        ReadingAccount: {
            /**
             * Format: int64
             * @description Readings found in messages.
             */
            decoded: number;
            /**
             * Format: int64
             * @description There already.
             */
            duplicate: number;
            /**
             * Format: int64
             * @description Bad.
             */
            error: number;
            /**
             * Format: int64
             * @description Stored.
             */
            processed: number;
        };
        /** @description How often a reason occurred. */
        ReasonCount: {
            /**
             * Format: int64
             * @description How often.
             */
            count: number;
            /** @description The reason. */
            reason: string;
        };
        /** @description A replay and how far it is. */
        Replay: {
            /** @description Why it failed. */
            detail?: string | null;
            /** @description Only payloads that speak of this device. */
            device?: string | null;
            /** @description Whether it only says what would change. */
            dry_run: boolean;
            finished_at?: components["schemas"]["Timestamp"] | null;
            from?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description Address of the same in the shape that all long work has. */
            operation: string;
            /** @description What it did so far, or would do. */
            progress: components["schemas"]["ReplayProgress"];
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it. */
            requested_by: string;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description `requested`, `running`, `done`, `failed` or `cancelled`. */
            state: string;
            to?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Payloads to look at, known when work has begun.
             */
            total?: number | null;
        };
        /** @description A changed reading. */
        ReplayChange: {
            /** @description `added`, `superseded` or `restored`. */
            change: string;
            /** @description Metric. */
            metric: string;
            /** @description The payload. */
            raw_record_id: string;
            /** @description When it was measured. */
            recorded_at: components["schemas"]["Timestamp"];
            /** @description Device. */
            serial: string;
            /** @description Its value; booleans are 0 and 1. */
            value: unknown;
        };
        /** @description A replay with the first of the readings it changed. */
        ReplayDetail: {
            /** @description The first 50 changed readings. */
            changes: components["schemas"]["ReplayChange"][];
            /** @description Why it failed. */
            detail?: string | null;
            /** @description Only payloads that speak of this device. */
            device?: string | null;
            /** @description Whether it only says what would change. */
            dry_run: boolean;
            finished_at?: components["schemas"]["Timestamp"] | null;
            from?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description Address of the same in the shape that all long work has. */
            operation: string;
            /** @description What it did so far, or would do. */
            progress: components["schemas"]["ReplayProgress"];
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it. */
            requested_by: string;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description `requested`, `running`, `done`, `failed` or `cancelled`. */
            state: string;
            to?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Payloads to look at, known when work has begun.
             */
            total?: number | null;
        };
        /** @description The newest replays. */
        ReplayList: {
            /** @description The replays, newest first, without the readings they changed. */
            items: components["schemas"]["Replay"][];
        };
        /** @description What a replay did so far, or would do. */
        ReplayProgress: {
            /**
             * Format: int64
             * @description Readings that are new.
             */
            added: number;
            /**
             * Format: int64
             * @description Readings and payloads that the decoders refuse.
             */
            errors: number;
            /**
             * Format: int64
             * @description Payloads decoded again.
             */
            records: number;
            /**
             * Format: int64
             * @description Ingest errors that are none any more.
             */
            resolved: number;
            /**
             * Format: int64
             * @description Readings that count again.
             */
            restored: number;
            /**
             * Format: int64
             * @description Readings of a time whose readings retention has dropped: left alone.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Readings that count no more.
             */
            superseded: number;
            /**
             * Format: int64
             * @description Readings that came out as they are stored.
             */
            unchanged: number;
        };
        /** @description Which payloads to decode again. At least one of `device`, `from` and `to` is needed. */
        ReplayRequest: {
            /** @description Only payloads that speak of this device; of a payload that speaks of several, all readings. */
            device?: string | null;
            /** @description Only say what would change. */
            dry_run?: boolean;
            /**
             * Format: date-time
             * @description Payloads that arrived from then on; from the oldest when left out.
             */
            from?: string | null;
            /**
             * Format: date-time
             * @description Payloads that arrived before; up to now when left out.
             */
            to?: string | null;
        };
        /** @description What runs at this moment. */
        Replicas: {
            /** @description When they were asked. */
            asked_at: components["schemas"]["Timestamp"];
            /** @description Those that answered within 0.7 seconds, by service and name. One that is cut off from NATS is not among them. */
            items: components["schemas"]["RunningReplica"][];
        };
        /** @description Where a requeued letter stands now. */
        Requeued: {
            /** @description Where it stood in the raw stream. */
            message_id: string;
            /** @description Where it stands now. */
            new_message_id: string;
            /**
             * Format: int64
             * @description Number the letter had.
             */
            number: number;
        };
        /** @description A partition that a run looked at. */
        RetentionItem: {
            /** @description `drop`, `drop_except` (the metrics are kept longer) or `drop_only` (they are kept shorter). */
            action: string;
            /**
             * Format: int64
             * @description Bytes on disk that they take.
             */
            bytes: number;
            /** @description `raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`. */
            class: string;
            /**
             * Format: int64
             * @description Devices they are of.
             */
            devices: number;
            /** @description Start of its span. */
            from: components["schemas"]["Timestamp"];
            /** @description What cannot be asked any more afterwards. */
            lost: string;
            /** @description The metrics that the action names. */
            metrics: string[];
            /** @description `planned`, `dropped` or `refused`. */
            outcome: string;
            /** @description Why it was refused. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Rows that go.
             */
            rows: number;
            /** @description End of its span, exclusive. */
            to: components["schemas"]["Timestamp"];
        };
        /** @description How long to keep something. */
        RetentionRequest: {
            /**
             * Format: int32
             * @description Days, 1 to 40000; `null` for ever.
             */
            keep_days: number | null;
        };
        /** @description A run of retention. */
        RetentionRun: {
            /** @description Why it was refused or failed: the first span that had to stay, and the reason. */
            detail?: string | null;
            /** @description Whether nothing is dropped. */
            dry_run: boolean;
            finished_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description Address of the same in the shape that all long work has. */
            operation: string;
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it; `schedule` for the regular ones. */
            requested_by: string;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description `requested`, `running`, `done`, `refused` (something due has to stay) or `failed`. */
            state: string;
        };
        /** @description A run with the partitions it looked at. */
        RetentionRunDetail: {
            /**
             * Format: int64
             * @description Bytes on disk that these take.
             */
            bytes: number;
            /** @description Why it was refused or failed: the first span that had to stay, and the reason. */
            detail?: string | null;
            /** @description Whether nothing is dropped. */
            dry_run: boolean;
            finished_at?: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description The partitions, oldest first within their class. */
            items: components["schemas"]["RetentionItem"][];
            /** @description Address of the same in the shape that all long work has. */
            operation: string;
            /** @description When it was asked for. */
            requested_at: components["schemas"]["Timestamp"];
            /** @description Who asked for it; `schedule` for the regular ones. */
            requested_by: string;
            /**
             * Format: int64
             * @description Rows that are dropped, or would be.
             */
            rows: number;
            started_at?: components["schemas"]["Timestamp"] | null;
            /** @description `requested`, `running`, `done`, `refused` (something due has to stay) or `failed`. */
            state: string;
        };
        /** @description The newest runs of retention. */
        RetentionRunList: {
            /** @description The runs, newest first, without their partitions. */
            items: components["schemas"]["RetentionRun"][];
        };
        /** @description How long something is kept. */
        RetentionSetting: {
            /** @description `raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d`. */
            class: string;
            /**
             * Format: int32
             * @description Days; `null` for ever.
             */
            keep_days?: number | null;
            /** @description The metric it is about; `null` for all without a setting of their own. */
            metric?: string | null;
            /** @description When it was changed. */
            updated_at: components["schemas"]["Timestamp"];
            /** @description By whom; `default` for what came with the platform. */
            updated_by: string;
            /**
             * Format: int64
             * @description Rises with every change.
             */
            version: number;
        };
        /** @description How long everything is kept. */
        RetentionSettingList: {
            /** @description The settings: each class, then its metrics. */
            items: components["schemas"]["RetentionSetting"][];
        };
        /**
         * @description What a key may do.
         * @enum {string}
         */
        Role: "viewer" | "ingest" | "operator" | "admin";
        /** @description The readings of a bucket. */
        Rollup: {
            /**
             * Format: int64
             * @description How many there are.
             */
            count: number;
            first: components["schemas"]["Value"] | null;
            first_at: components["schemas"]["Timestamp"] | null;
            last: components["schemas"]["Value"] | null;
            last_at: components["schemas"]["Timestamp"] | null;
            /**
             * Format: double
             * @description The greatest.
             */
            max: number | null;
            /**
             * Format: double
             * @description The least; null for booleans and text, as the next two.
             */
            min: number | null;
            /**
             * Format: double
             * @description The sum; null also when it is too large for a number.
             */
            sum: number | null;
        };
        /** @description Rows that a message has in the store. */
        RowsWritten: {
            /** @description Errors. */
            errors: number;
            /** @description 1 when the payload is kept. */
            raw_record: number;
            /** @description Readings. */
            readings: number;
        };
        /** @description A running replica of a service. */
        RunningReplica: {
            /** @description Git SHA of its build. */
            build_sha: string;
            /** @description Whether it is one of the first of a new version. */
            canary: boolean;
            /** @description Its name: its host's, on Kubernetes its pod's. */
            name: string;
            /** @description `platform-api`, `mqtt-ingestion-worker` or `telemetry-worker`. */
            service: string;
            /** @description When it started. */
            started_at: components["schemas"]["Timestamp"];
            /** @description Version it runs. */
            version: string;
        };
        /** @description The readings of one metric of a device. */
        Series: {
            /**
             * Format: int64
             * @description Number of readings, also of those that only rollups still tell of.
             */
            count: number;
            /** @description Unit for people, to which `unit=display` converts. */
            display_unit?: string | null;
            /** @description Time of the first reading. */
            first_at: components["schemas"]["Timestamp"];
            /** @description `number`, `boolean` or `text`. */
            kind: string;
            /** @description Time of the last reading. */
            last_at: components["schemas"]["Timestamp"];
            /** @description Whether the metric is described in the catalogue. */
            listed: boolean;
            /** @description Name of the metric. */
            metric: string;
            /** @description Unit of stored values. */
            unit?: string | null;
        };
        /** @description What there is of a device. */
        SeriesList: {
            /** @description Whether every committed reading is counted. New ones are within seconds. */
            complete: boolean;
            /** @description One for each metric that has readings, by name. */
            items: components["schemas"]["Series"][];
            /** @description Serial of the device. */
            serial: string;
        };
        /** @description One event of a stream, by its fields. Comments and what only says when to reconnect are no events. */
        ServerSentEvent: {
            /** @description A JSON object. */
            data: string;
            /** @description What kind of event it is. */
            event: string;
            /** @description Sent back as `Last-Event-ID`, it resumes the stream after this event. */
            id?: string | null;
        };
        /** @description What an ingestion worker has agreed on with its broker. */
        SessionPolicy: {
            /** @description Client id of the session. */
            client_id: string;
            /**
             * Format: int32
             * @description Quality of service of the subscriptions.
             */
            qos: number;
            /**
             * Format: int32
             * @description Packets the broker may send without an acknowledgement.
             */
            receive_maximum: number;
            /** @description Whether its worker is there. */
            served: boolean;
            /**
             * Format: int32
             * @description How long the broker keeps the session without its worker.
             */
            session_expiry_seconds: number;
        };
        /** @description A start of a device that proved who it is. */
        StartupItem: {
            /** @description Its firmware, where it said so. */
            firmware?: string | null;
            /** @description The message: `/v1/messages/{id}` tells its life. */
            message_id: string;
            /** @description When the message arrived. */
            received_at: components["schemas"]["Timestamp"];
            /** @description By its own clock where that is plausible. */
            started_at: components["schemas"]["Timestamp"];
        };
        /** @description Starts of a device. */
        StartupPage: {
            /** @description The starts, the newest first. */
            items: components["schemas"]["StartupItem"][];
            /** @description Continues after this page; `null` on the last one. */
            next_cursor?: string | null;
            /** @description The device. */
            serial: string;
        };
        /** @description Policies of a stream. */
        StreamPolicy: {
            /** @description What happens when it is full: `new` or `old` messages are dropped. */
            discard: string;
            /**
             * Format: int64
             * @description Age at which messages are dropped; 0 for never.
             */
            max_age_seconds: number;
            /**
             * Format: int64
             * @description Messages kept of each subject; `null` for all.
             */
            max_messages_per_subject?: number | null;
            /** @description Name of the stream. */
            name: string;
            /** @description Copies in the cluster. */
            replicas: number;
            /** @description `limits`, `interest` or `workqueue`. */
            retention: string;
            /** @description `file` or `memory`. */
            storage: string;
        };
        /**
         * Format: date-time
         * @description An instant in an answer.
         * @example 2026-11-20T10:00:00.000000Z
         */
        Timestamp: string;
        /** @description How many devices there are. */
        Total: {
            /**
             * Format: int64
             * @description Their number.
             */
            count: number;
            /** @description Whether they were counted one by one. */
            exact: boolean;
        };
        /** @description Why a correction is undone. */
        UndoRequest: {
            /** @description Only say whether it can be undone. */
            dry_run?: boolean;
            /** @description Why. */
            reason: string;
        };
        /** @description That a correction was undone. */
        Undone: {
            /** @description When. */
            at: components["schemas"]["Timestamp"];
            /** @description By whom. */
            by: string;
            /** @description Why. */
            reason: string;
        };
        /** @description A number, a boolean or text, as plain JSON. */
        Value: number | boolean | string;
        /** @description Which build runs. */
        Version: {
            /** @description Git SHA of the build. */
            build_sha: string;
            /** @description Name of the service. */
            service: string;
            /** @description Version of the service. */
            version: string;
        };
        /** @description A device over its quota. */
        WaitingDevice: {
            /** @description Its serial. */
            serial: string;
            /** @description How many of its messages wait. */
            waiting: number;
        };
        /** @description The caller. */
        Whoami: {
            expires_at?: components["schemas"]["Timestamp"] | null;
            /** @description Only devices that this selector takes; `null` for all. */
            labels?: string | null;
            last_used_at?: components["schemas"]["Timestamp"] | null;
            /** @description Name of the key. */
            name: string;
            /** @description What the key begins with; `null` for the bootstrap key. */
            prefix?: string | null;
            /** @description What it may do. */
            role: components["schemas"]["Role"];
            /** @description Only devices with these serials; `null` for all. */
            serials?: string[] | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    asyncapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description it is the one of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the service works */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description a component fails */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
        };
    };
    health_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the process lives */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthReport"];
                };
            };
        };
    };
    openapi_json: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description this document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description it is the one of `If-None-Match` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    accounting: {
        parameters: {
            query?: {
                /** @description inclusive start, RFC 3339 */
                from?: string;
                /** @description exclusive end, RFC 3339 */
                to?: string;
                /** @description serial: the account of this device alone */
                device?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accounting"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    average_extension: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a row per device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AverageExtension"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    battery_summary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a row per device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatterySummary"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    extension_vs_retraction: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a row per device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExtensionVsRetraction"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    platform_height: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a row per device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformHeight"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_api_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description all keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyList"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_api_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApiKeyRequest"];
            };
        };
        responses: {
            /** @description the key; its secret is shown only now */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewKey"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_api_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description the middle part of `sens_<id>_<secret>` */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit_log: {
        parameters: {
            query?: {
                /** @description only by this actor: name or id of a key */
                actor?: string;
                /** @description only this action */
                action?: string;
                /** @description only changes of such things */
                object_kind?: string;
                /** @description only changes of this one */
                object_id?: string;
                /** @description only changes of this request */
                request_id?: string;
                /** @description from then on, RFC 3339 */
                from?: string;
                /** @description before then, RFC 3339 */
                to?: string;
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_corrections_route: {
        parameters: {
            query?: {
                /** @description only of this device */
                device?: string;
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of corrections */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_correction: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CorrectionRequest"];
            };
        };
        responses: {
            /** @description what would change; nothing was changed (`dry_run`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionDetail"];
                };
            };
            /** @description the correction; its address is in `Location` */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionDetail"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `nothing_to_correct`, `correction_too_large` or `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_correction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the correction */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the correction */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undo_correction_route: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the correction */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UndoRequest"];
            };
        };
        responses: {
            /** @description the correction; with `dry_run` nothing was changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CorrectionDetail"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `correction_conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                /** @description page size, 1 to 100, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of dead letters */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the letter */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the letter */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the letter */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description given up */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    requeue_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the letter */
                number: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description it is a message again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Requeued"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deployments_route: {
        parameters: {
            query?: {
                /** @description only `deploy`, `promote`, `rollback`, `configure`, `flag` or `migration` */
                action?: string;
                /** @description only of this environment */
                environment?: string;
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of deployments */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeploymentPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_deployment: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeploymentRecord"];
            };
        };
        responses: {
            /** @description it was there already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description it is written down */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deployment"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_devices_route: {
        parameters: {
            query?: {
                /** @description part of the serial, name or model */
                q?: string;
                /** @description label selector, such as `site=vie,line!=3,area in (a,b),!old`; several have to hold all */
                label?: string[];
                /** @description `online`, `silent` or `never_seen` */
                status?: "online" | "silent" | "never_seen";
                /** @description `true`: only devices with something refused within the last 24 hours; `false`: only the others */
                erring?: boolean;
                /** @description only this firmware */
                firmware?: string;
                /** @description only this model */
                model?: string;
                /** @description heard of then or later, RFC 3339 */
                last_seen_from?: string;
                /** @description heard of last before then, RFC 3339 */
                last_seen_to?: string;
                /** @description `serial` (default), `last_seen_at`, `name` or `firmware`; `-` in front for descending */
                sort?: "serial" | "-serial" | "last_seen_at" | "-last_seen_at" | "name" | "-name" | "firmware" | "-firmware";
                /** @description `estimate` or `exact`: say how many there are on all pages */
                count?: "estimate" | "exact";
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before; belongs to its filters and order */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of devices */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_device_route: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceRequest"];
            };
        };
        responses: {
            /** @description the device; its address is in `Location` */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `device_exists` or `legacy_id_taken` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_device: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the device; `If-Match` of a change takes its `ETag` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_device: {
        parameters: {
            query?: never;
            header: {
                /** @description the `ETag` of the last answer, or `*` */
                "If-Match": string;
            };
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceFields"];
            };
        };
        responses: {
            /** @description the device as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `legacy_id_taken` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description it was changed meanwhile: `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing: `precondition_required` */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_device_route: {
        parameters: {
            query?: never;
            header: {
                /** @description the `ETag` of the last answer, or `*` */
                "If-Match": string;
            };
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description it was changed meanwhile: `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing: `precondition_required` */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_device: {
        parameters: {
            query?: never;
            header: {
                /** @description the `ETag` of the last answer, or `*` */
                "If-Match": string;
            };
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/merge-patch+json": components["schemas"]["DeviceFields"];
            };
        };
        responses: {
            /** @description the device as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `legacy_id_taken` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description it was changed meanwhile: `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing: `precondition_required` */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_device_commands: {
        parameters: {
            query?: {
                /** @description only those in this state */
                state?: "queued" | "sent" | "delivered" | "acknowledged" | "failed" | "expired" | "cancelled";
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of commands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_command: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description the command; its address is in `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandDetail"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
                /** @description id of the command */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the command */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_device_command: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
                /** @description id of the command */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the cancelled command */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `command_not_queued` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erase_device: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description serial of the device; also of one that was deleted */
                serial: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureRequest"];
            };
        };
        responses: {
            /** @description the operation; its address is in `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explain_device: {
        parameters: {
            query?: {
                /** @description when the reading should have been, RFC 3339; now when left out */
                at?: string;
                /** @description seconds to look at on each side, at most 86400; 300 when left out */
                within?: number;
                /** @description look at readings of this metric alone */
                metric?: string;
            };
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the explanation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    latest_values: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the newest values */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Latest"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_measurements: {
        parameters: {
            query?: {
                /** @description Only these metrics; may be repeated. */
                metric?: string[];
                /**
                 * @description Inclusive start, RFC 3339.
                 * @example 2026-11-20T10:00:00Z
                 */
                from?: string;
                /** @description Exclusive end, RFC 3339. */
                to?: string;
                /** @description Instead of both: the time up to now, such as `24h`. */
                last?: string;
                /**
                 * @description `raw` (default), `auto` (by the length of the interval), or the width of buckets: a number and `s`, `m`, `h`, `d`, `w`,
                 *     `mo` or `y`.
                 */
                resolution?: string;
                /** @description Time zone of days, weeks, months and years, such as `Europe/Vienna`; default UTC. */
                tz?: string;
                /**
                 * @description Of each bucket only these: `avg`, `min`, `max`, `count`, `sum`, `first`, `last`, percentiles such as `p95`; with commas
                 *     or repeated.
                 */
                agg?: string[];
                /** @description Buckets without readings: `none` (default: left out), `null`, `previous` or `linear`. The answer has no pages. */
                fill?: "none" | "null" | "previous" | "linear";
                /** @description At most so many points of each series, 4 to 10000, for a chart. The answer has no pages. */
                points?: number;
                /** @description How points are chosen: `lttb` (default: keeps the shape) or `minmax` (keeps every peak). */
                method?: "lttb" | "minmax";
                /** @description The reading of each series that is nearest to this instant, RFC 3339. */
                at?: string;
                /** @description By which time: `device` (default: when it was measured) or `received` (when it arrived). */
                time?: "device" | "received";
                /** @description Answer as the platform would have done then, RFC 3339. */
                as_of?: string;
                /** @description Convert values: `display`, or a unit that the metrics have. */
                unit?: string;
                /** @description `asc` (default) or `desc`. */
                order?: "asc" | "desc";
                /** @description JSON as `rows` (default) or `columns`. */
                shape?: "rows" | "columns";
                /** @description Page size, 1 to 10000, default 1000. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description readings, buckets or points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementPage"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `query_too_large`: `fits` says what would fit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_presence: {
        parameters: {
            query?: {
                /** @description most changes to show, 1 to 1000, default 100 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description its presence */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Presence"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_series: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the metrics of the device */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SeriesList"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_startups: {
        parameters: {
            query?: {
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description its starts, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StartupPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_device: {
        parameters: {
            query?: {
                /** @description only these metrics; may be repeated */
                metric?: string[];
            };
            header?: {
                /** @description resume after this event */
                "Last-Event-ID"?: string;
            };
            path: {
                /** @description serial of the device */
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ServerSentEvent"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_devices: {
        parameters: {
            query?: {
                /** @description part of the serial, name or model */
                q?: string;
                /** @description label selector, as in the list of devices */
                label?: string[];
                /** @description `online`, `silent` or `never_seen` */
                status?: "online" | "silent" | "never_seen";
                /** @description `true`: only devices with something refused within the last 24 hours; `false`: only the others */
                erring?: boolean;
                /** @description only this firmware */
                firmware?: string;
                /** @description only this model */
                model?: string;
                /** @description heard of then or later, RFC 3339 */
                last_seen_from?: string;
                /** @description heard of last before then, RFC 3339 */
                last_seen_to?: string;
                /** @description as in the list of devices */
                sort?: "serial" | "-serial" | "last_seen_at" | "-last_seen_at" | "name" | "-name" | "firmware" | "-firmware";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a device per line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["Device"];
                    "text/csv": string;
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    import_devices_route: {
        parameters: {
            query?: {
                /** @description given bare or as `true`: only say what would be done */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description a device per line */
        requestBody: {
            content: {
                "application/x-ndjson": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description what became of every line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportResult"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_changes: {
        parameters: {
            query?: {
                /** @description only `command` or `presence`; may be repeated */
                kind?: ("command" | "presence")[];
                /** @description only these serials; may be repeated */
                device?: string[];
            };
            header?: {
                /** @description resume after this event */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ServerSentEvent"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_export: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportRequest"];
            };
        };
        responses: {
            /** @description the operation; its address is in `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `query_too_large`: `fits` says what would fit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_export_content: {
        parameters: {
            query?: never;
            header?: {
                /** @description `bytes=<first>-<last>`, `bytes=<first>-` or `bytes=-<count>` */
                Range?: string;
            };
            path: {
                /** @description number of the export */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
                    "application/vnd.apache.arrow.stream": string;
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "application/zstd": string;
                    "text/csv": string;
                };
            };
            /** @description the bytes that `Range` names */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
                    "application/vnd.apache.arrow.stream": string;
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "application/zstd": string;
                    "text/csv": string;
                };
            };
            /** @description `If-None-Match` names the file */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `export_not_ready` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `export_gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `range_not_satisfiable` */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_export_content: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the export */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the file is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `export_not_ready` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `export_gone` */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_import: {
        parameters: {
            query?: {
                /** @description given bare or as `true`: only say what would become of the lines */
                dry_run?: boolean;
            };
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description a reading per line */
        requestBody: {
            content: {
                "application/x-ndjson": string;
                "text/csv": string;
            };
        };
        responses: {
            /** @description the operation; its address is in `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_ingest: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=N`: wait up to N seconds for the outcomes */
                Prefer?: string;
                /** @description any text that names this request, such as a UUID */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        /** @description telemetry in any of the platform's formats */
        requestBody: {
            content: {
                "application/json": unknown;
                "application/octet-stream": number[];
                "application/senml+cbor": number[];
                "application/senml+json": unknown;
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description waited: what became of every item */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IngestResult"];
                };
            };
            /** @description JetStream holds every item */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IngestResult"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_ingest_errors: {
        parameters: {
            query?: {
                /** @description only this reason */
                reason?: "payload_too_large" | "unknown_topic" | "invalid_json" | "invalid_cbor" | "unknown_format" | "missing_field" | "wrong_type" | "invalid_serial" | "device_mismatch" | "unknown_event_type" | "invalid_metric" | "timestamp_invalid" | "unit_mismatch" | "out_of_range" | "startup_auth_error" | "startup_disabled" | "storage_refused";
                /** @description only this device */
                serial?: string;
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of errors */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IngestErrorPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_all_measurements: {
        parameters: {
            query?: {
                /** @description Only these serials; may be repeated. Without any: every device. */
                device?: string[];
                /** @description Only devices with these labels, such as `site=vie,line!=3`; may be repeated. */
                label?: string[];
                /** @description Only these metrics; may be repeated. */
                metric?: string[];
                /**
                 * @description Inclusive start, RFC 3339.
                 * @example 2026-11-20T10:00:00Z
                 */
                from?: string;
                /** @description Exclusive end, RFC 3339. */
                to?: string;
                /** @description Instead of both: the time up to now, such as `24h`. */
                last?: string;
                /**
                 * @description `raw` (default), `auto` (by the length of the interval), or the width of buckets: a number and `s`, `m`, `h`, `d`, `w`,
                 *     `mo` or `y`.
                 */
                resolution?: string;
                /** @description Time zone of days, weeks, months and years, such as `Europe/Vienna`; default UTC. */
                tz?: string;
                /**
                 * @description Of each bucket only these: `avg`, `min`, `max`, `count`, `sum`, `first`, `last`, percentiles such as `p95`; with commas
                 *     or repeated.
                 */
                agg?: string[];
                /** @description Buckets without readings: `none` (default: left out), `null`, `previous` or `linear`. The answer has no pages. */
                fill?: "none" | "null" | "previous" | "linear";
                /** @description At most so many points of each series, 4 to 10000, for a chart. The answer has no pages. */
                points?: number;
                /** @description How points are chosen: `lttb` (default: keeps the shape) or `minmax` (keeps every peak). */
                method?: "lttb" | "minmax";
                /** @description The reading of each series that is nearest to this instant, RFC 3339. */
                at?: string;
                /** @description By which time: `device` (default: when it was measured) or `received` (when it arrived). */
                time?: "device" | "received";
                /** @description Answer as the platform would have done then, RFC 3339. */
                as_of?: string;
                /** @description Convert values: `display`, or a unit that the metrics have. */
                unit?: string;
                /** @description `asc` (default) or `desc`. */
                order?: "asc" | "desc";
                /** @description JSON as `rows` (default) or `columns`. */
                shape?: "rows" | "columns";
                /** @description Page size, 1 to 10000, default 1000. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description readings, buckets or points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementPage"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `query_too_large`: `fits` says what would fit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_measurement_query: {
        parameters: {
            query?: {
                /** @description Only these serials; may be repeated. Without any: every device. */
                device?: string[];
                /** @description Only devices with these labels, such as `site=vie,line!=3`; may be repeated. */
                label?: string[];
                /** @description Only these metrics; may be repeated. */
                metric?: string[];
                /**
                 * @description Inclusive start, RFC 3339.
                 * @example 2026-11-20T10:00:00Z
                 */
                from?: string;
                /** @description Exclusive end, RFC 3339. */
                to?: string;
                /** @description Instead of both: the time up to now, such as `24h`. */
                last?: string;
                /**
                 * @description `raw` (default), `auto` (by the length of the interval), or the width of buckets: a number and `s`, `m`, `h`, `d`, `w`,
                 *     `mo` or `y`.
                 */
                resolution?: string;
                /** @description Time zone of days, weeks, months and years, such as `Europe/Vienna`; default UTC. */
                tz?: string;
                /**
                 * @description Of each bucket only these: `avg`, `min`, `max`, `count`, `sum`, `first`, `last`, percentiles such as `p95`; with commas
                 *     or repeated.
                 */
                agg?: string[];
                /** @description Buckets without readings: `none` (default: left out), `null`, `previous` or `linear`. The answer has no pages. */
                fill?: "none" | "null" | "previous" | "linear";
                /** @description At most so many points of each series, 4 to 10000, for a chart. The answer has no pages. */
                points?: number;
                /** @description How points are chosen: `lttb` (default: keeps the shape) or `minmax` (keeps every peak). */
                method?: "lttb" | "minmax";
                /** @description The reading of each series that is nearest to this instant, RFC 3339. */
                at?: string;
                /** @description By which time: `device` (default: when it was measured) or `received` (when it arrived). */
                time?: "device" | "received";
                /** @description Answer as the platform would have done then, RFC 3339. */
                as_of?: string;
                /** @description Convert values: `display`, or a unit that the metrics have. */
                unit?: string;
                /** @description `asc` (default) or `desc`. */
                order?: "asc" | "desc";
                /** @description JSON as `rows` (default) or `columns`. */
                shape?: "rows" | "columns";
                /** @description Page size, 1 to 10000, default 1000. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description readings, buckets or points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementPage"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `query_too_large`: `fits` says what would fit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_measurement_query: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeasurementQuery"];
            };
        };
        responses: {
            /** @description readings, buckets or points */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementPage"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `query_too_large`: `fits` says what would fit */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_message: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `<epoch>-<sequence>`, as for raw records */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the message */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_metrics: {
        parameters: {
            query?: {
                /** @description only those that are described (`true`), or that are not (`false`) */
                listed?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description all metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricList"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_metric_route: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MetricRequest"];
            };
        };
        responses: {
            /** @description the metric */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metric"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `metric_exists` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metric: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description name of the metric */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the metric */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metric"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_metric_route: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description name of the metric */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MetricPatch"];
            };
        };
        responses: {
            /** @description the metric as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Metric"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `metric_in_use` or `version_conflict` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_metric_versions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description name of the metric */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the changes */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricVersions"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_operations_route: {
        parameters: {
            query?: {
                /** @description only `replay`, `retention`, `erasure`, `import` or `export` */
                kind?: "replay" | "retention" | "erasure" | "import" | "export";
                /** @description only those in this state */
                state?: "requested" | "running" | "done" | "refused" | "failed" | "cancelled";
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of operations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_operation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `<kind>-<number>`, such as `replay-7` */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_operation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `<kind>-<number>`, such as `replay-7` */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `operation_not_cancellable` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    overview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the overview */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_raw_record: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `<epoch>-<sequence>` */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the raw record */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RawRecord"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_replays_route: {
        parameters: {
            query?: {
                /** @description most replays to show, 1 to 100, default 20 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the replays, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayList"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayRequest"];
            };
        };
        responses: {
            /** @description the replay; its address is in `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayDetail"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the replay */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the replay */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_replay_route: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the replay */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the replay */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_retention_runs: {
        parameters: {
            query?: {
                /** @description most runs to show, 1 to 100, default 20 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the runs, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionRunList"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_retention_run: {
        parameters: {
            query?: {
                /** @description given bare or as `true`: only say what would go; default `false` */
                dry_run?: boolean;
            };
            header?: {
                /** @description names this request for a day: sent again, it has the same answer and makes nothing anew */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the run; its address is in `Location` */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionRunDetail"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `request_under_way`; retryable */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `idempotency_key_reused` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_retention_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description number of the run */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionRunDetail"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_retention_settings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description all settings */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionSettingList"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_retention_setting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d` */
                class: "raw" | "errors" | "readings" | "rollup_1m" | "rollup_1h" | "rollup_1d";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the setting; `If-Match` of a change takes its `ETag` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionSetting"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_retention_setting: {
        parameters: {
            query?: never;
            header: {
                /** @description the `ETag` of the last answer, or `*` */
                "If-Match": string;
            };
            path: {
                /** @description `raw`, `errors`, `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d` */
                class: "raw" | "errors" | "readings" | "rollup_1m" | "rollup_1h" | "rollup_1d";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionRequest"];
            };
        };
        responses: {
            /** @description the setting as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionSetting"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description it was changed meanwhile: `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing: `precondition_required` */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_metric_retention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d` */
                class: "readings" | "rollup_1m" | "rollup_1h" | "rollup_1d";
                /** @description name of the metric */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the setting; `If-Match` of a change takes its `ETag` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionSetting"];
                };
            };
            /** @description unchanged since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_metric_retention: {
        parameters: {
            query?: never;
            header?: {
                /** @description the `ETag` of the last answer, or `*` */
                "If-Match"?: string;
                /** @description `*`: only when it has no time of its own */
                "If-None-Match"?: "*";
            };
            path: {
                /** @description `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d` */
                class: "readings" | "rollup_1m" | "rollup_1h" | "rollup_1d";
                /** @description name of the metric */
                metric: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionRequest"];
            };
        };
        responses: {
            /** @description the setting as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionSetting"];
                };
            };
            /** @description `invalid_json`, `invalid_body` or `bad_request` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description it was changed meanwhile: `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `payload_too_large` */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported_media_type` */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing: `precondition_required` */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_metric_retention: {
        parameters: {
            query?: never;
            header: {
                /** @description the `ETag` of the last answer, or `*` */
                "If-Match": string;
            };
            path: {
                /** @description `readings`, `rollup_1m`, `rollup_1h` or `rollup_1d` */
                class: "readings" | "rollup_1m" | "rollup_1h" | "rollup_1d";
                /** @description name of the metric */
                metric: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description it goes with its class */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description there is no such thing: `…_not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description it was changed meanwhile: `precondition_failed` */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `If-Match` is missing: `precondition_required` */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_fleet: {
        parameters: {
            query?: {
                /** @description only these serials; may be repeated */
                device?: string[];
                /** @description only devices with these labels, as in the list of devices; may be repeated */
                label?: string[];
                /** @description only these metrics; may be repeated */
                metric?: string[];
            };
            header?: {
                /** @description resume after this event */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["ServerSentEvent"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    backups: {
        parameters: {
            query?: {
                /** @description page size, 1 to 1000, default 100 */
                limit?: number;
                /** @description `next_cursor` of the page before */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description a page of runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupPage"];
                };
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    durability: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Durability"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    quotas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description devices with waiting messages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quotas"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replicas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description what runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replicas"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whoami: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    open_socket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description switched to a WebSocket */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_parameter` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description no valid key: `unauthenticated` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description the role is not enough: `forbidden` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `upgrade_required` */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": unknown;
                };
            };
            /** @description `rate_limited`; retryable */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal_error` */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `database_unavailable`, `messaging_unavailable`, `query_timeout` or `request_timeout`; retryable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description the build */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description `not_acceptable` */
            406: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
