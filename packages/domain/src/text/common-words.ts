/** Words that say nothing about the matter, of the languages that are most often met. Elsewhere frequency alone tells. */
const commonWords: Readonly<Record<string, string>> = {
  en: "a about above after again all also an and any are as at be because been before being below between both but by can could did do does during each few for from further had has have having he her here his how i if in into is it its itself just may me more most must my no nor not now of off on once only or other our out over own same shall she should so some such than that the their them then there these they this those through to too under until up upon us very was we were what when where which while who whom why will with would you your yet still however therefore thus hence moreover furthermore else ever never always often usually already almost rather quite may might shall must upon per via within without among along across toward towards around whose whether either neither every another many much several one ones two three four five six seven eight nine ten first second new well like use used uses using make makes made get gets got take takes see say says said today here there way thing things etc don't doesn't didn't isn't aren't wasn't weren't won't can't couldn't shouldn't wouldn't it's that's there's let's",
  de: 'aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dem den der des die dies diese diesem diesen dieser dieses doch dort durch ein eine einem einen einer eines er es für hat hatte hatten ich ihm ihn ihr ihre ihrem ihren ihrer im in ist ja jede jedem jeden jeder jedes kann kein keine können man mehr mit nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner sich sie sind so sowie über um und uns unter vom von vor war waren was wenn werden wie wir wird wurde wurden zu zum zur jedoch daher deshalb dabei dadurch damit denn etwa etwas jetzt immer mehrere viel viele vielen wenig wenige weil während wegen ohne zwischen gegen bereits erst wieder weiter weitere weiteren schon soll sollen sollte wollen will muss müssen mag darf dürfen gibt gab ganz gilt sei seien wäre wären habe hätte hätten würde würden eben hier außerdem insbesondere welche welcher welches dazu dafür davon darauf daran deren dessen einmal zwei',
  fr: 'à au aux avec ce ces cette comme dans de des du elle elles en est et eu il ils je la le les leur leurs lui mais me même mes mon ne nous on ont ou où par pas plus pour qu que qui sa sans se ses son sont sur ta te tous tout très un une vous y été être aussi ainsi donc cependant encore entre été être avoir avait ont fait faire peut peuvent doit doivent tout toute toutes deux chaque sous contre dont lorsque alors afin car si cela celui celle ceux',
  es: 'a al algo como con de del desde donde dos el ella ellas ellos en entre era es esta estas este esto estos fue ha han hasta la las le les lo los más me mi muy no nos o para pero por que se ser si sin sobre son su sus también tan un una unas uno unos y ya también cada así aunque cuando durante hacia hasta mientras puede pueden debe deben hay ser estar está están todo toda todos todas otro otra otros dos cual cuales',
  it: 'a ad al alla alle anche che chi ci come con da dal dalla dei del della delle di e ed è gli ha hanno i il in io la le lo loro ma mi nei nel nella non o per più quella quello questa questo se si sono su sua sui sul sulla suo tra un una uno così ancora quando mentre può possono deve devono essere stato stata ogni tutti tutte altro altra due cui dove però quindi',
  nl: 'aan als bij dan dat de die dit door een en er het hij hun ik in is je kan maar met naar niet nog of om ook op over te tot uit van voor was wat we werd wij wordt worden ze zich zij zijn zou',
  pt: 'a ao aos as às com como da das de do dos e ela ele em entre era essa esse esta este eu foi há isso já lhe mais mas me mesmo muito na nas não no nos o os ou para pela pelo por que se sem ser seu sua são também um uma',
};
const commonSets = new Map(
  Object.entries(commonWords).map(([language, words]) => [language, new Set(words.split(' '))]),
);

/** Lower case and composed, with one sort of apostrophe: how common words are written here. */
export function plainForm(word: string): string {
  return word.normalize('NFKC').toLowerCase().replaceAll('’', "'");
}

/** `word` in lower case and composed; `language` BCP 47. */
export function isCommonWord(word: string, language: string): boolean {
  return setOf(language)?.has(word) ?? false;
}

/** The common words of the language are known. */
export function hasCommonWords(language: string): boolean {
  return setOf(language) !== undefined;
}

function setOf(language: string): ReadonlySet<string> | undefined {
  return commonSets.get(language.split('-')[0] ?? '');
}

/**
 * The language that has most of these words among its common ones; undefined when none has any. Enough to know which common words
 * to leave out, even of a question of five words; no proof of the language.
 */
export function languageByCommonWords(words: readonly { readonly text: string }[]): string | undefined {
  let best: { readonly language: string; readonly hits: number } | undefined;
  for (const [language, common] of commonSets) {
    const hits = words.reduce((sum, { text }) => sum + (common.has(plainForm(text)) ? 1 : 0), 0);
    if (hits > (best?.hits ?? 0)) best = { language, hits };
  }
  return best?.language;
}
