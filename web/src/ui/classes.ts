/** "a c" of ("a", false, "c"): the names of classes that apply. */
export function classes(...names: (string | false | undefined)[]): string {
  return names.filter(Boolean).join(" ");
}
