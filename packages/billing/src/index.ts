export * from './stripe-meter.ts';
