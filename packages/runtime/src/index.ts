export { composeServices } from './compose-services.ts';
export { Deadline, type TimeoutOptions, withTimeout } from './deadline.ts';
export { ResourceScope } from './resource-scope.ts';
export { type BuildMain, type MainContext, type MainSettings, runMain } from './run-main.ts';
export { defineService, type Service, type ServiceParts } from './service.ts';
export { type ContractCase, type ServiceUnderTest, serviceContract } from './service-contract.ts';
export { createMemoryBudget, type SharedMemoryBudget } from './shared-memory-budget.ts';
