/** What all operations share, in words: the description of the whole document. */
export const INTRODUCTION = `Accounts, kana tests, media and a task platform for mail and schedules.

**Authentication.** Send the access token as \`Authorization: Bearer …\`, or let the browser send the cookie \`access_token\`. In cookie mode (the default of \`X-Auth-Mode\`) sign-in sets both tokens as HttpOnly cookies; unsafe requests then need an \`Origin\` that is allowed.

**Bodies.** Unknown fields are ignored. In JSON, \`null\` means that the field is absent. Responses may gain fields within this version.

**Errors.** Every error has the shape of \`Error\`; \`code\` is stable, \`error\` is for people.

**Lists.** \`page\` and \`count\` choose the part; \`X-Total-Count\` and \`Link\` describe the whole.

**HEAD** works wherever GET does unless the operation says otherwise, with the same headers and no body.

**Limits.** 429 carries \`Retry-After\`, and rate-limited responses carry \`RateLimit\` and \`RateLimit-Policy\`.

**Request ids.** \`X-Request-ID\` of the request, or a new one, is part of every response.`;
