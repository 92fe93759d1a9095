/**
 * The text with the password of every URL in it replaced; user and host stay, they help to find a wrong setting. Takes
 * everything up to the last `@` of a word for the password, since people forget to escape `@` and `/` in it.
 */
export function redactUrl(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/"']*):[^\s"']*@/gi, '$1:[secret]@');
}
