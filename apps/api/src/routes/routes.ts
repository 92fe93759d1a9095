import { accountRoutes } from './account-routes.ts';
import { adminRoutes } from './admin-routes.ts';
import { assetRoutes } from './asset-routes.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { explanationRoutes } from './explanation-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { planRoutes } from './plan-routes.ts';
import { systemRoutes } from './system-routes.ts';
import { usageExportRoutes } from './usage-export-routes.ts';

/** Every address that the server has, but for the files of the documentation page and of the board. */
export const routes = {
  ...assetRoutes,
  ...jobRoutes,
  ...explanationRoutes,
  ...planRoutes,
  ...accountRoutes,
  ...adminRoutes,
  ...deadLetterRoutes,
  ...usageExportRoutes,
  ...systemRoutes,
};

export type Routes = typeof routes;
export type RouteName = keyof Routes;
