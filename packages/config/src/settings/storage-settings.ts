import { path, secretText, setting, textOf, urlOf, yesOrNo } from '../setting.ts';

/** Where bytes live: S3 as soon as a bucket is named, else a folder. */
export const storageSettings = {
  PRESSROOM_DATA_FOLDER: setting(path().default('.data'), {
    path: 'dataFolder',
    description: 'Holds everything that the embedded defaults keep. Relative to the working folder.',
    example: '/var/lib/pressroom',
  }),
  PRESSROOM_STORAGE_FOLDER: setting(path().optional(), {
    path: 'storage.folder',
    description:
      'Where files are kept when no bucket is set. Workers on other machines need the same folder.',
    example: '/srv/pressroom/assets',
    absent: '`assets` in the data folder',
  }),
  S3_BUCKET: setting(
    textOf(/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/, 'must be the name of a bucket').optional(),
    {
      path: 'storage.bucket',
      description: 'Bucket for all files.',
      example: 'pressroom-assets',
      absent: 'files are kept in a folder',
    },
  ),
  S3_ENDPOINT: setting(urlOf('http:', 'https:').optional(), {
    path: 'storage.endpoint',
    description: 'Address of an S3-compatible server.',
    example: 'https://minio.example:9000',
    absent: "Amazon's own for the region",
  }),
  S3_REGION: setting(textOf(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a region').default('us-east-1'), {
    path: 'storage.region',
    description: 'Region of the bucket.',
    example: 'eu-central-1',
  }),
  S3_ACCESS_KEY_ID: setting(secretText(1).optional(), {
    path: 'storage.accessKeyId',
    secret: true,
    description: 'Access key of the bucket; goes with `S3_SECRET_ACCESS_KEY`.',
    example: 'AKIA…',
    absent: "the AWS client's own credential chain",
  }),
  S3_SECRET_ACCESS_KEY: setting(secretText(1).optional(), {
    path: 'storage.secretAccessKey',
    secret: true,
    description: 'Secret of the access key.',
    example: '…',
    absent: "the AWS client's own credential chain",
  }),
  S3_FORCE_PATH_STYLE: setting(yesOrNo().optional(), {
    path: 'storage.forcePathStyle',
    description: 'Puts the bucket into the path instead of the host name.',
    example: 'true',
    absent: 'true when `S3_ENDPOINT` is set',
  }),
};
