// One call of an application's address, as a canary of CloudWatch Synthetics. A run passes when the address answers
// over TLS with a certificate that holds, and the last answer, redirections within the address followed, is no error.
// Nothing but Node.js itself is needed; what is logged goes to the canary's artifacts and its log.
"use strict";

const https = require("https");

const MOST_REDIRECTIONS = 5;

function ask(url, seconds) {
  return new Promise((resolve, reject) => {
    const began = Date.now();
    const headers = { "user-agent": "mendixctl-check", accept: "text/html,*/*;q=0.8" };
    const request = https.get(url, { headers, timeout: seconds * 1000, agent: false }, (response) => {
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode, location: response.headers.location, took: Date.now() - began })
      );
      response.resume();
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${seconds} seconds`)));
    request.on("error", reject);
  });
}

async function check(start, seconds) {
  let url = new URL(start);
  const host = url.host;
  for (let redirections = 0; redirections <= MOST_REDIRECTIONS; redirections += 1) {
    const answer = await ask(url, seconds);
    console.log(JSON.stringify({ url: url.origin + url.pathname, status: answer.status, milliseconds: answer.took }));
    if (answer.status < 300 || answer.status === 304) {
      return answer.status;
    }
    if (answer.status >= 400 || !answer.location) {
      throw new Error(`${url.origin}${url.pathname} answers ${answer.status}`);
    }
    url = new URL(answer.location, url);
    if (url.protocol !== "https:" || url.host !== host) {
      // A sign-in elsewhere: the address itself has answered, and what comes is not ours to judge.
      return answer.status;
    }
  }
  throw new Error(`${host} redirects more than ${MOST_REDIRECTIONS} times`);
}

exports.check = check;
exports.handler = async () => check(process.env.ADDRESS, Number(process.env.SECONDS || "20"));
