import type { Severity } from '../report.ts';

type Signals = Readonly<Record<Exclude<Severity, 'info'>, string>>;

/** Words that tell how grave a sentence is, by language; `*` stands for any ending. A guess, and said to be one wherever it is shown. */
const signals: Readonly<Record<string, Signals>> = {
  en: {
    critical: 'fatal* death deaths died catastroph* emergenc* insolven* bankrupt*',
    high: 'critical* severe* danger* breach* violat* illegal* unlawful* lawsuit* fraud* urgent* hazard*',
    medium:
      'risk* fail* problem* loss losses delay* defect* deficit* declin* shortage* warn warns warned warning* must required mandatory deadline* damag*',
    low: 'should recommend* change changes changed increas* decreas* decide decides decided decision* propos* plan plans planned planning agree agrees agreed agreement*',
  },
  de: {
    critical: 'tödlich* todesf* katastroph* notfall* notfäll* insolvenz* insolvent*',
    high: 'kritisch* schwerwiegend* gefahr* gefähr* verstoß* verstöß* verstoss* rechtswidrig* betrug* dringend*',
    medium:
      'risiko* risiken fehler* mangel* mängel* verlust* verzöger* rückgang* warnung* muss müssen pflicht* frist fristen schaden schäden beschädig*',
    low: 'sollte* empfehl* empfiehl* änder* zunahme* abnahme* beschl* vorschlag* vorschläg* vereinbar*',
  },
  fr: {
    critical: 'mortel* décès catastroph* faillite* urgence*',
    high: 'grave* danger* infraction* fraude* illégal* illicite*',
    medium:
      'risque* échec* échou* problème* perte* retard* doit doivent obligatoire* délai* défaut* dommage*',
    low: 'devrait devraient recommand* modifi* augment* propos* décid* décision*',
  },
  es: {
    critical: 'mortal* muert* catástrof* emergenc* quiebra* insolven*',
    high: 'grave* peligr* fraude* urgente* ilegal* infracci*',
    medium: 'riesgo* pérdida* problema* fallo* fallas retraso* debe deben obligatori* plazo* daño*',
    low: 'debería* recomend* aument* cambi* propuesta* decid*',
  },
  it: {
    critical: 'mortal* catastrof* emergenz* fallimento* insolven*',
    high: 'grave gravi pericol* frode* urgente* urgenti illegal*',
    medium: 'rischi* perdit* problem* guast* ritard* deve devono obbligatori* scadenz* dann*',
    low: 'dovrebbe* raccomand* aument* cambi* propost* decis*',
  },
};

const patterns = new Map(
  Object.entries(signals).map(([language, { critical, high, medium, low }]) => [
    language,
    [
      ['critical', matching(critical)],
      ['high', matching(high)],
      ['medium', matching(medium)],
      ['low', matching(low)],
    ] as const,
  ]),
);

/** How grave a sentence is by its words; `info` in languages whose words are not known. */
export function severityOf(sentence: string, language: string): Severity {
  const known = patterns.get(language.split('-')[0] ?? '');
  return known?.find(([, pattern]) => pattern.test(sentence))?.[0] ?? 'info';
}

function matching(words: string): RegExp {
  const any = words
    .split(' ')
    .map((word) => (word.endsWith('*') ? word.slice(0, -1) : `${word}(?![\\p{L}\\p{M}])`));
  return new RegExp(`(?<![\\p{L}\\p{M}])(?:${any.join('|')})`, 'iu');
}
