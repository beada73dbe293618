import { SegmentedControl, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentType, useState } from "react";
import { ANALYTICS_VIEWS, type AnalyticsView } from "../../lib/views";
import { SearchIcon } from "../../ui/icons";
import { PageHeader } from "../../ui/panel";
import classes from "./analytics.module.css";
import { AverageExtensionView, BatteryView, ExtensionVsRetractionView, HeightView } from "./views";

const VIEWS: Record<AnalyticsView, { label: string; note: string; view: ComponentType<{ search: string }> }> =
  {
    battery: { label: "Battery", note: "Charge per device over everything stored", view: BatteryView },
    height: { label: "Height", note: "Platform height per device over everything stored", view: HeightView },
    extension: {
      label: "Extension",
      note: "Mean of every extension reading in mm, ticks converted; negative is left",
      view: AverageExtensionView,
    },
    moves: {
      label: "Movements",
      note: "A reading above the device's previous one is an extension, below it a retraction",
      view: ExtensionVsRetractionView,
    },
  };

/** The metric views of the database, as tables. */
export function AnalyticsPage() {
  const { view = "battery" } = useSearch({ from: "/signed-in/analytics" });
  const navigate = useNavigate({ from: "/analytics" });
  const [search, setSearch] = useState("");
  const { note, view: View } = VIEWS[view];
  return (
    <>
      <PageHeader title="Analytics" note={note} />
      <div className={classes.toolbar}>
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={view}
          onChange={(next) => void navigate({ search: { view: next as AnalyticsView }, replace: true })}
          data={ANALYTICS_VIEWS.map((value) => ({ value, label: VIEWS[value].label }))}
        />
        <TextInput
          size="xs"
          type="search"
          placeholder="Filter by serial"
          aria-label="Filter by serial"
          leftSection={<SearchIcon size={15} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </div>
      <View search={search.trim().toLowerCase()} />
    </>
  );
}
