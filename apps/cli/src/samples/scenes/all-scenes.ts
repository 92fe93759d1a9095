import type { Scene } from '../scene.ts';
import { catOnTheWindowSill } from './cat-on-the-window-sill.ts';
import { cottageGarden } from './cottage-garden.ts';
import { hotAirBalloons } from './hot-air-balloons.ts';
import { lighthouse } from './lighthouse.ts';
import { mountainLake } from './mountain-lake.ts';
import { owlAtNight } from './owl-at-night.ts';
import { teaAndFruit } from './tea-and-fruit.ts';
import { turtleReef } from './turtle-reef.ts';

/** In the order of the book: landscapes, animals and things take turns. */
export const allScenes: readonly Scene[] = [
  lighthouse,
  catOnTheWindowSill,
  hotAirBalloons,
  teaAndFruit,
  mountainLake,
  turtleReef,
  cottageGarden,
  owlAtNight,
];
