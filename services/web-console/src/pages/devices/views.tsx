import { Button, CloseButton, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { readViews, type SavedView, sameView, withView, writeViews } from "../../lib/saved-views";
import { type DevicesSearch, devicesSearch } from "../../lib/search";
import { BookmarkIcon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/menu";
import classes from "./devices.module.css";

/** Views by name: filters and order are the address, so a view is also a link. */
export function Views({ view }: { view: DevicesSearch }) {
  const navigate = useNavigate();
  const [views, setViews] = useState<readonly SavedView[]>(() => readViews(devicesSearch));
  const keep = (next: readonly SavedView[]): void => {
    writeViews(next);
    setViews(next);
  };
  const current = views.find(({ search }) => sameView(search, view));
  return (
    <Menu
      label={current?.name ?? "Views"}
      name={`Views${current ? `: ${current.name}` : ""}`}
      icon={<BookmarkIcon size={14} />}
    >
      {(close) => (
        <>
          {views.map(({ name, search }) => (
            <div key={name} className={classes.view}>
              <MenuItem
                chosen={name === current?.name}
                onClick={() => {
                  close();
                  void navigate({ to: "/devices", search });
                }}
              >
                {name}
              </MenuItem>
              <CloseButton
                size={22}
                iconSize={13}
                aria-label={`Forget the view ${name}`}
                onClick={() => keep(views.filter((each) => each.name !== name))}
              />
            </div>
          ))}
          <Save
            onSave={(name) => {
              keep(withView(views, { name, search: view }));
              close();
            }}
          />
        </>
      )}
    </Menu>
  );
}

function Save({ onSave }: { onSave: (name: string) => void }) {
  const [name, setName] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== "") onSave(name.trim());
  };
  return (
    <form className={classes.save} onSubmit={submit}>
      <TextInput
        size="xs"
        aria-label="Name of this view"
        placeholder="Name of this view"
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button size="xs" variant="default" type="submit">
        Keep
      </Button>
    </form>
  );
}
