/** @file Forms whose values stand in the address of the page. */
import { useMemo } from "react";
import { useAddress } from "../url-state.js";
import { settingOf, type Form, type Told } from "./form.js";

/** Sets options of one of several forms. */
export type Tell = (of: string, changes: Told) => void;

/**
 * What was set in each form, where it is not what the form begins with. In the address, the options of a form that is called
 * "gan" are `gan.loss` and the like; those of a form without a name have nothing before theirs.
 *
 * @param forms by name; keep the object
 */
export function useForms(forms: Readonly<Record<string, Form>>): [Readonly<Record<string, Told>>, Tell] {
  const settings = useMemo(() => {
    const of = ([name, { schema, shown }]: [string, Form]) =>
      shown.map((option) => [spelled(name, option), settingOf(schema.fields[option]!)] as const);
    return Object.fromEntries(Object.entries(forms).flatMap(of));
  }, [forms]);
  const [held, set] = useAddress(settings);
  const isChanged = (name: string): boolean => {
    const setting = settings[name]!;
    return setting.print(held[name]) !== setting.print(setting.start);
  };
  const toldTo = ([name, { shown }]: [string, Form]): [string, Told] => {
    const changed = shown.filter((option) => isChanged(spelled(name, option)));
    return [name, Object.fromEntries(changed.map((option) => [option, held[spelled(name, option)]]))];
  };
  const tell: Tell = (of, changes) =>
    set(Object.fromEntries(Object.entries(changes).map(([option, value]) => [spelled(of, option), value])));
  return [Object.fromEntries(Object.entries(forms).map(toldTo)), tell];
}

function spelled(form: string, option: string): string {
  return form === "" ? option : `${form}.${option}`;
}
