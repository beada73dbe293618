// Generated from the OpenAPI document of platform-api by `npm run generate`. Do not edit.

export interface paths {
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["version"];
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
        get: operations["whoami"];
        put?: never;
        post?: never;
        delete?: never;
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
        get: operations["overview"];
        put?: never;
        post?: never;
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
        get: operations["list_devices"];
        put?: never;
        post?: never;
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
        get: operations["get_device"];
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
        get: operations["device_latest"];
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
        get: operations["device_measurements"];
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
        get: operations["average_extension"];
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
        get: operations["extension_vs_retraction"];
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
        get: operations["battery_summary"];
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
        get: operations["platform_height"];
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
        get: operations["list_metrics"];
        put?: never;
        post?: never;
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
        get: operations["list_ingest_errors"];
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
        get: operations["get_raw_record"];
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
        get: operations["accounting"];
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
        Problem: {
            type: string;
            title: string;
            /** Format: int64 */
            status: number;
            code: string;
            detail?: string;
            request_id?: string;
        };
        WhoAmI: {
            name: string;
            /** @enum {string} */
            role: "viewer" | "ingest" | "operator" | "admin";
        };
        Version: {
            service: string;
            version: string;
            build_sha: string;
        };
        Overview: {
            devices: {
                /** Format: int64 */
                total: number;
                /** Format: int64 */
                online: number;
                /** Format: int64 */
                silent: number;
                /** Format: int64 */
                never_seen: number;
                /** Format: int64 */
                placeholder: number;
            };
            ingest: {
                /** Format: int64 */
                messages: number;
                /** Format: int64 */
                processed: number;
                /** Format: int64 */
                duplicate: number;
                /** Format: int64 */
                errors: number;
                /** Format: int64 */
                pending?: number | null;
                /** Format: int64 */
                dead_letters: number;
            };
            rate: {
                messages_per_second: number;
                readings_per_second: number;
            };
            errors_by_reason: {
                reason: string;
                /** Format: int64 */
                count: number;
            }[];
            firmware: {
                firmware?: string | null;
                /** Format: int64 */
                count: number;
            }[];
        };
        Device: {
            serial: string;
            /** Format: int64 */
            legacy_id?: number | null;
            placeholder: boolean;
            name?: string | null;
            model?: string | null;
            firmware?: string | null;
            /** @enum {string} */
            status: "online" | "silent" | "never_seen";
            online?: boolean | null;
            /** Format: date-time */
            provisioned_at?: string | null;
            /** Format: date-time */
            first_seen_at?: string | null;
            /** Format: date-time */
            last_seen_at?: string | null;
        };
        DevicePage: {
            items: components["schemas"]["Device"][];
            next_cursor?: string | null;
        };
        LatestValue: {
            metric: string;
            unit?: string | null;
            value: number | string | boolean;
            /** Format: date-time */
            recorded_at: string;
            /** Format: date-time */
            received_at: string;
        };
        Latest: {
            serial: string;
            items: components["schemas"]["LatestValue"][];
        };
        Measurement: {
            metric: string;
            /** Format: date-time */
            recorded_at: string;
            value: number | string | boolean;
            unit?: string | null;
            quality: string;
        };
        MeasurementPage: {
            serial: string;
            source: string;
            complete: boolean;
            /** Format: date-time */
            watermark?: string | null;
            items: components["schemas"]["Measurement"][];
            next_cursor?: string | null;
        };
        Metric: {
            name: string;
            unit?: string | null;
            kind: string;
            min?: number | null;
            max?: number | null;
            display_name?: string | null;
            display_unit?: string | null;
            display_factor?: number | null;
            listed: boolean;
        };
        MetricList: {
            items: components["schemas"]["Metric"][];
        };
        AverageExtension: {
            items: {
                serial: string;
                avg_extension_mm?: number | null;
            }[];
        };
        ExtensionVsRetraction: {
            items: {
                serial: string;
                /** Format: int64 */
                extensions: number;
                /** Format: int64 */
                retractions: number;
            }[];
        };
        BatterySummary: {
            items: {
                serial: string;
                min_pct?: number | null;
                max_pct?: number | null;
                avg_pct?: number | null;
                last_pct?: number | null;
                /** Format: date-time */
                last_seen?: string | null;
            }[];
        };
        PlatformHeight: {
            items: {
                serial: string;
                min_mm?: number | null;
                max_mm?: number | null;
                avg_mm?: number | null;
                last_mm?: number | null;
            }[];
        };
        IngestError: {
            /** Format: int64 */
            id: number;
            reason: string;
            detail: string;
            pointer: string;
            serial?: string | null;
            topic?: string | null;
            /** Format: date-time */
            received_at: string;
            raw_record_id: string;
        };
        IngestErrorPage: {
            items: components["schemas"]["IngestError"][];
            next_cursor?: string | null;
        };
        RawRecord: {
            id: string;
            topic: string;
            source: string;
            /** Format: date-time */
            received_at: string;
            /** Format: date-time */
            committed_at?: string | null;
            content_type?: string | null;
            decoder?: string | null;
            outcome: string;
            parse_ok: boolean;
            /** Format: int64 */
            decoded_count: number;
            /** Format: int64 */
            error_count: number;
            /** Format: int64 */
            payload_length: number;
            payload_text?: string | null;
            payload_base64: string;
            traceparent?: string | null;
            errors: {
                /** Format: int64 */
                id: number;
                serial?: string | null;
                reason: string;
                detail: string;
                pointer: string;
            }[];
            readings: {
                serial: string;
                metric: string;
                value: number | string | boolean;
                /** Format: date-time */
                recorded_at: string;
            }[];
        };
        Accounting: {
            /** Format: date-time */
            from?: string | null;
            /** Format: date-time */
            to?: string | null;
            messages: {
                /** Format: int64 */
                received: number;
                /** Format: int64 */
                parsed: number;
                /** Format: int64 */
                failed: number;
                /** Format: int64 */
                control: number;
                /** Format: int64 */
                dead: number;
                /** Format: int64 */
                in_flight: number;
            };
            readings: {
                /** Format: int64 */
                decoded: number;
                /** Format: int64 */
                processed: number;
                /** Format: int64 */
                duplicate: number;
                /** Format: int64 */
                error: number;
            };
            balanced: boolean;
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
    version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description Problem */
            default: {
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
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
            /** @description Problem */
            default: {
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
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description Problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_devices: {
        parameters: {
            query?: {
                q?: string;
                status?: "online" | "silent" | "never_seen";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            /** @description Problem */
            default: {
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
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description Problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    device_latest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Latest"];
                };
            };
            /** @description Problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    device_measurements: {
        parameters: {
            query?: {
                metric?: string[];
                from?: string;
                to?: string;
                limit?: number;
                cursor?: string;
                order?: "asc" | "desc";
            };
            header?: never;
            path: {
                serial: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeasurementPage"];
                };
            };
            /** @description Problem */
            default: {
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
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AverageExtension"];
                };
            };
            /** @description Problem */
            default: {
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
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExtensionVsRetraction"];
                };
            };
            /** @description Problem */
            default: {
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
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatterySummary"];
                };
            };
            /** @description Problem */
            default: {
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
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlatformHeight"];
                };
            };
            /** @description Problem */
            default: {
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
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricList"];
                };
            };
            /** @description Problem */
            default: {
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
                reason?: string;
                serial?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IngestErrorPage"];
                };
            };
            /** @description Problem */
            default: {
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RawRecord"];
                };
            };
            /** @description Problem */
            default: {
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
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accounting"];
                };
            };
            /** @description Problem */
            default: {
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
