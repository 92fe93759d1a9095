import { secretText, setting, textOf, urlOf, wholeNumber } from '../setting.ts';

const host = () => textOf(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an IP address');

/** What the processes listen on, and what they let in. */
export const serverSettings = {
  PRESSROOM_HOST: setting(host().default('127.0.0.1'), {
    path: 'http.host',
    description: 'Address that the API listens on. `0.0.0.0` opens it to the network.',
    example: '0.0.0.0',
  }),
  PRESSROOM_PORT: setting(wholeNumber(0, 65_535).default(3_000), {
    path: 'http.port',
    description: 'Port of the API; 0 takes any free one.',
    example: '8080',
  }),
  PRESSROOM_PUBLIC_URL: setting(urlOf('http:', 'https:').optional(), {
    path: 'http.publicUrl',
    description: 'Address that clients see, for links in answers.',
    example: 'https://pressroom.example',
    absent: 'the address that the API listens on',
  }),
  PRESSROOM_HEALTH_HOST: setting(host().default('127.0.0.1'), {
    path: 'health.host',
    description: "Address of a worker's health and metrics server.",
    example: '0.0.0.0',
  }),
  PRESSROOM_HEALTH_PORT: setting(wholeNumber(0, 65_535).default(0), {
    path: 'health.port',
    description: "Port of a worker's health and metrics server; 0 takes any free one.",
    example: '9090',
  }),
  PRESSROOM_UPLOAD_BYTES: setting(wholeNumber(1, 100_000_000_000).default(100_000_000), {
    path: 'limits.uploadBytes',
    unit: 'bytes',
    description: 'Largest file that is taken.',
    example: '50000000',
  }),
  PRESSROOM_IMAGE_PIXELS: setting(wholeNumber(1, 1_000_000_000).default(100_000_000), {
    path: 'limits.imagePixels',
    unit: 'pixels',
    description: 'Largest picture that is decoded, width times height.',
    example: '50000000',
  }),
  PRESSROOM_IMAGE_FRAMES: setting(wholeNumber(1, 100_000).default(500), {
    path: 'limits.imageFrames',
    description: 'Most frames or pages that a picture file may have.',
    example: '100',
  }),
  PRESSROOM_REQUESTS_PER_MINUTE: setting(wholeNumber(1, 1_000_000).default(600), {
    path: 'limits.requestsPerMinute',
    description: 'Requests that one account may send in a minute.',
    example: '6000',
  }),
  PRESSROOM_JSON_BODY_BYTES: setting(wholeNumber(1_000, 100_000_000).default(1_000_000), {
    path: 'limits.jsonBodyBytes',
    unit: 'bytes',
    description: 'Largest JSON body that is taken.',
    example: '500000',
  }),
  PRESSROOM_OPERATOR_TOKEN: setting(secretText(16).optional(), {
    path: 'operator.token',
    secret: true,
    description: 'Opens the operator pages; at least 16 characters.',
    example: 'openssl rand -hex 24',
    absent: 'a one-time login URL is printed where the process can; otherwise the operator pages stay shut',
  }),
  PRESSROOM_OPERATOR_SESSION_HOURS: setting(wholeNumber(1, 8_760).default(12), {
    path: 'operator.sessionHours',
    unit: 'h',
    description: 'How long an operator stays logged in.',
    example: '8',
  }),
};
