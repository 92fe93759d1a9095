import type { Severity } from '../report.ts';

/** Beginnings of words that tell how grave a sentence is; a guess, and said to be one wherever it is shown. */
const signals: readonly (readonly [Severity, RegExp])[] = [
  [
    'critical',
    startingWith(
      'fatal death died catastroph emergenc insolven bankrupt tödlich todesf katastroph notfall insolvenz mortel décès faillite mortal quiebra',
    ),
  ],
  [
    'high',
    startingWith(
      'critical severe danger breach violat illegal unlawful lawsuit fraud urgent hazard kritisch schwerwiegend gefahr gefähr verstoß verstöß rechtswidrig betrug dringend danger grave infraction fraude peligro urgente pericolo',
    ),
  ],
  [
    'medium',
    startingWith(
      'risk fail problem loss losses delay defect deficit declin shortage warn must required mandatory deadline risiko risiken fehler mangel mängel verlust verzöger rückgang warnung muss müssen pflicht frist risque échec problème perte retard doit obligatoire riesgo pérdida debe rischio deve',
    ),
  ],
  [
    'low',
    startingWith(
      'should recommend change increase decrease decid propos plan agree sollte empfehl änder zunahme abnahme beschl vorschlag vereinbar devrait recommand modifi augment debería recomend aument',
    ),
  ],
];

export function severityOf(sentence: string): Severity {
  return signals.find(([, pattern]) => pattern.test(sentence))?.[0] ?? 'info';
}

function startingWith(stems: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{M}])(?:${stems.split(' ').join('|')})`, 'iu');
}
