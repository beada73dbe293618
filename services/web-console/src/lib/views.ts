/** The analytics views, in the order they are offered. */
export const ANALYTICS_VIEWS = ["battery", "height", "extension", "moves"] as const;
export type AnalyticsView = (typeof ANALYTICS_VIEWS)[number];
