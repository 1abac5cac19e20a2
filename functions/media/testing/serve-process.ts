/** Serves all handlers from a process of its own, so that a test can watch its memory; prints its address. */
import { processResources } from '#shared/host/resources.ts';
import { startHandlerServer } from '#shared/testing/handler-server.ts';

const { url } = await startHandlerServer(await processResources());
console.log(url);
