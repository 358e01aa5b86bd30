/** Light, dark, or as the system has it: the choice is kept in this browser. */
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const stored = "baton.theme";

export function chosenTheme(): Theme {
  return themes.find((theme) => theme === localStorage.getItem(stored)) ?? "system";
}

export function applyTheme(theme = chosenTheme()): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(stored, theme);
  applyTheme(theme);
}
