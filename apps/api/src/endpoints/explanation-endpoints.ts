import { PressroomError } from '@pressroom/domain';
import type { Handlers } from '../http/exchange.ts';
import { explanationPage } from '../pages/explanation-page.ts';
import { pagePolicy } from '../pages/page.ts';
import type { explanationRoutes } from '../routes/explanation-routes.ts';
import { explain, explanationLimits } from '../services/explain.ts';
import type { EndpointContext } from './endpoint-context.ts';

export function createExplanationEndpoints(context: EndpointContext): Handlers<typeof explanationRoutes> {
  const { database, queueAdmin } = context;
  const limits = explanationLimits(context.config);
  return {
    explainJob: async ({ params }, { accountId }) => ({
      status: 200,
      body: await explain(database, queueAdmin, limits, { jobId: params.id, accountId }),
    }),
    explainJobAsOperator: async ({ params }, { request, response }) => {
      response.vary('Accept');
      const type = request.accepts(['application/json', 'text/html']);
      if (type === false) {
        throw new PressroomError('not-acceptable', 'This comes as application/json or text/html');
      }
      const explanation = await explain(database, queueAdmin, limits, { jobId: params.id });
      return type === 'text/html'
        ? { status: 200, html: explanationPage(explanation), headers: pagePolicy }
        : { status: 200, body: explanation };
    },
  };
}
