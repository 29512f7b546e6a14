import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Installed, sparkFolder } from './install.ts';
import type { CommandLine } from './launch.ts';

/**
 * How a program runs on Spark: with the options of the JVM that spark-submit gives it, and a heap of 4 GiB, so that it
 * never lacks any; spark-submit's own is 1 GiB.
 */
export function onSpark({ jars, classes }: Installed, args: readonly string[]): CommandLine {
  const folder = resolve(join(sparkFolder, 'tmp'));
  mkdirSync(folder, { recursive: true });
  return {
    command: 'java',
    args: [
      '-Xmx4g',
      ...options,
      ...opened.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
      `-Djava.io.tmpdir=${folder}`,
      '-Dlog4j2.configurationFile=bench/spark/java/log4j2.properties',
      '-cp',
      `${classes}:${jars}/*`,
      'Programs',
      ...args,
    ],
    env: { SPARK_LOCAL_IP: '127.0.0.1' },
  };
}

const options = [
  '-XX:+IgnoreUnrecognizedVMOptions',
  '--add-modules=jdk.incubator.vector',
  '--enable-native-access=ALL-UNNAMED',
  '-Dio.netty.tryReflectionSetAccessible=true',
  '-Dio.netty.allocator.type=pooled',
  '-Dio.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE',
];

const opened = [
  ...[
    'lang',
    'lang.invoke',
    'lang.reflect',
    'io',
    'net',
    'nio',
    'util',
    'util.concurrent',
    'util.concurrent.atomic',
  ].map((name) => `java.base/java.${name}`),
  ...['jdk.internal.ref', 'sun.nio.ch', 'sun.nio.cs', 'sun.security.action', 'sun.util.calendar'].map(
    (name) => `java.base/${name}`,
  ),
  'java.security.jgss/sun.security.krb5',
];
