// Prints the head of a safetensors file as Hugging Face's library reads it, which refuses what the format does not allow,
// and the sum of each tensor's numbers where that head says they are. Nothing is fetched: its requests are answered from the file.
import { readFileSync } from "node:fs";
import { parseSafetensorsMetadata } from "@huggingface/hub";

const file = readFileSync(process.argv[2]);

function answer(_url, init) {
  const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get("Range") ?? "");
  const [begin, end] = range ? [Number(range[1]), Math.min(Number(range[2]) + 1, file.length)] : [0, file.length];
  const headers = { etag: '"file"', "content-length": String(end - begin), "content-range": `bytes ${begin}-${end - 1}/${file.length}` };
  return Promise.resolve(new Response(file.subarray(begin, end), { status: range ? 206 : 200, headers }));
}

const { header } = await parseSafetensorsMetadata({ repo: "local/adapter", path: "adapter_model.safetensors", fetch: answer });
const data = 8 + Number(file.readBigUInt64LE(0));
const tensors = {};
delete header.__metadata__;
for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(header)) {
  let sum = 0;
  for (let at = data + begin; at < data + end; at += 4) {
    sum += file.readFloatLE(at);
  }

  tensors[name] = { dtype, shape, sum };
}

console.log(JSON.stringify(tensors));
