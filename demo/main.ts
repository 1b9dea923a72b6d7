import { startDemoWeb } from './server.ts';

// The demo web alone, without Alt: `node demo/main.ts [port]`.
const web = await startDemoWeb({ port: Number(process.argv[2] ?? 8080), log: (sentence) => console.log(sentence) });
console.log(web.feeds.map((feed) => feed.url).join('\n'));
process.once('SIGINT', () => void web.stop());
