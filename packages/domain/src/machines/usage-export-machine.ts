import { defineMachine } from './transition-table.ts';

/**
 * - `pending`: to be sent, or sent without anybody knowing whether it came.
 * - `sent`: counted by the billing service.
 * - `parked`: it cannot be sent without somebody looking at it.
 */
export const usageExportStatuses = ['pending', 'sent', 'parked'] as const;
export type UsageExportStatus = (typeof usageExportStatuses)[number];

/** The way of a piece of usage to the billing service. An operator replays what was parked once its reason is gone. */
export const usageExportMachine = defineMachine({
  name: 'usage export',
  initial: 'pending',
  states: usageExportStatuses,
  final: ['sent'],
  transitions: {
    send: { from: ['pending'], to: 'sent' },
    park: { from: ['pending'], to: 'parked' },
    replay: { from: ['parked'], to: 'pending' },
  },
});
