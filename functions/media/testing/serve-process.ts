/** Serves all handlers from a process of its own, so that a test can watch its memory; prints its address. */
import { processResources } from '#shared/host/resources.ts';
import { startHandlerServer } from '#shared/testing/handler-server.ts';

const { config } = await processResources();
const { url } = await startHandlerServer(config.MEDIA_IDLE_TIMEOUT);
console.log(url);
