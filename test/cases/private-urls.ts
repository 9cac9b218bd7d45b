/**
 * URLs that must lead nowhere: every spelling of addresses that are not public, names that are private whatever they resolve
 * to, names that resolve to something private, and texts that two parsers read as two hosts. Each with the port of a listener
 * of the test's own, so that a URL that gets through is noticed.
 */
export function privateUrls(port: number): readonly string[] {
  const urls = [...addressUrls(), ...rangeUrls(), ...nameUrls(), ...sixUrls(), ...parserUrls(), ...schemeUrls()];
  return [...new Set(urls)].map((url) => url.replaceAll('PORT', String(port)));
}

function addressUrls(): readonly string[] {
  return attacked.flatMap((address) => {
    const [a, b, c, d] = address;
    const dotted = address.join('.');
    const high = ((a << 8) | b).toString(16);
    const low = ((c << 8) | d).toString(16);
    const hosts = [
      dotted,
      `${dotted}.`,
      String(numberOf(address)),
      `0x${numberOf(address).toString(16)}`,
      `0${numberOf(address).toString(8)}`,
      address.map((part) => `0x${part.toString(16)}`).join('.'),
      address.map((part) => `0${part.toString(8)}`).join('.'),
      address.map((part) => `0000${part.toString(8)}`).join('.'),
      `${a}.${(b << 16) | (c << 8) | d}`,
      `${a}.${b}.${(c << 8) | d}`,
      dotted.replaceAll('.', '。'),
      [...dotted].map(wide).join(''),
      [...dotted].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
      `[::ffff:${dotted}]`,
      `[::ffff:${high}:${low}]`,
      `[0:0:0:0:0:ffff:${dotted}]`,
      `[::${dotted}]`,
      `[::ffff:0:${dotted}]`,
      `[64:ff9b::${dotted}]`,
      `[64:ff9b:1::${dotted}]`,
      `[2002:${high}:${low}::1]`,
      `[2001:0:4136:e378:8000:63bf:${(0xffff ^ ((a << 8) | b)).toString(16)}:${(0xffff ^ ((c << 8) | d)).toString(16)}]`,
      `user:password@${dotted}`,
      `${dotted}.nip.io`,
      `${address.join('-')}.sslip.io`,
    ];
    return hosts.map((host) => `http://${host}:PORT/a.png`);
  });
}

type Address = readonly [number, number, number, number];

const attacked: readonly Address[] = [
  [127, 0, 0, 1],
  [127, 255, 255, 254],
  [0, 0, 0, 0],
  [10, 0, 0, 1],
  [172, 16, 0, 1],
  [192, 168, 1, 1],
  [169, 254, 169, 254],
  [169, 254, 170, 2],
  [100, 100, 100, 200],
  [168, 63, 129, 16],
  [192, 0, 0, 192],
  [255, 255, 255, 255],
];

function numberOf([a, b, c, d]: Address): number {
  return a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
}

function wide(letter: string): string {
  return letter === '.' ? '．' : String.fromCharCode(letter.charCodeAt(0) + 0xfee0);
}

/** First and last addresses of ranges that have no business here. */
function rangeUrls(): readonly string[] {
  const hosts = [
    ['0.0.0.1', '0.255.255.255', '10.255.255.255', '100.64.0.0', '100.127.255.255', '127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.0.23', '169.254.255.255', '172.16.0.0', '172.31.255.255', '192.0.0.0', '192.0.0.170'],
    ['192.0.2.0', '192.0.2.255', '192.88.99.1', '192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255'],
    ['198.51.100.7', '203.0.113.255', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.254'],
    ['127.1', '127.0.1', '0', '0x', '1', '2130706433', '0x7f000001', '017700000001', '0x7f.1', '127.0x1', '00', '0.0'],
    [
      'localhost',
      'LOCALHOST',
      'localhost.',
      'localhost..',
      'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
      'ｌｏｃａｌｈｏｓｔ',
      'local\u00adhost',
      'loc%61lhost',
    ],
  ];
  return hosts.flat().map((host) => `https://${host}:PORT/`);
}

function nameUrls(): readonly string[] {
  const names = [
    [
      'a.localhost',
      'a.b.localhost.',
      'foo.local',
      'printer.lan',
      'db.internal',
      'x.intranet',
      'x.corp',
      'x.home',
      'x.home.arpa',
    ],
    [
      'x.private',
      'x.localdomain',
      'x.test',
      'x.invalid',
      'x.onion',
      'redis',
      'postgres',
      'metadata',
      'instance-data',
      'kubernetes',
    ],
    ['kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'vault.service.consul'],
    ['metadata.google.internal', 'METADATA.GOOGLE.INTERNAL.', 'metadata.goog', 'metadata.azure.com', 'a.metadata.goog'],
    ['instance-data.ec2.internal', 'metadata.tencentyun.com', 'metadata.packet.net', 'metadata.platformequinix.com'],
    ['host.docker.internal', 'gateway.docker.internal', 'ip6-localhost', 'broadcasthost', '1.0.0.127.in-addr.arpa'],
    [
      'rebound.example',
      'localtest.me',
      'lvh.me',
      'spoofed.burpcollaborator.net',
      'xn--localhost-.example',
      '_http._tcp.example',
    ],
    [
      'ex ample.com',
      'exa\tmple.com',
      'exa\nmple.com',
      'exa\u0000mple.com',
      'a..example',
      '.example',
      '-a.example',
      'a-.example',
    ],
    [
      `${'a'.repeat(64)}.example`,
      `${'a.'.repeat(127)}example`,
      "a'b.example",
      'a$b.example',
      'a*b.example',
      'a!b.example',
      '*',
    ],
  ];
  return names.flat().map((name) => `http://${name}:PORT/latest/meta-data/`);
}

function sixUrls(): readonly string[] {
  const addresses = [
    [
      '::',
      '::1',
      '0:0:0:0:0:0:0:1',
      '0000:0000:0000:0000:0000:0000:0000:0001',
      '::2',
      '::ffff:0:0',
      '::127.0.0.1',
      '::7f00:1',
    ],
    [
      'fe80::1',
      'fe80::1%eth0',
      'fe80::1%25eth0',
      'fe80::1%25lo',
      '::1%25lo',
      'febf::1',
      'fec0::1',
      'fc00::1',
      'fd00::1',
      'fdff::1',
    ],
    [
      'fd00:ec2::254',
      'fd20:ce::254',
      'ff00::1',
      'ff02::1',
      'ff0e::1',
      '100::1',
      '2001::1',
      '2001:2::1',
      '2001:10::1',
      '2001:20::1',
    ],
    [
      '2001:db8::1',
      '2001:1ff:ffff::1',
      '2002::1',
      '2002:a00:1::',
      '3fff::1',
      '3fff:fff::1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::1',
    ],
    [
      '5f00::1',
      '4000::1',
      '1fff::1',
      'ffff::1',
      '::ffff:a9fe:a9fe',
      '::ffff:169.254.169.254',
      '::ffff:8.8.8.8',
      '1::',
      'v1.fe80',
    ],
  ];
  return addresses.flat().map((address) => `http://[${address}]:PORT/`);
}

/** What other parsers read as another host than the one that is looked at. */
function parserUrls(): readonly string[] {
  return [
    [
      'http://a@127.0.0.1:PORT#@files.example/',
      'http://files.example\\@127.0.0.1:PORT/',
      'http://127.0.0.1:PORT\\@files.example/',
    ],
    [
      'http://files.example@127.0.0.1:PORT/',
      'http://files.example:80@127.0.0.1:PORT/',
      'http://@127.0.0.1:PORT/',
      'http://:@rebound.example:PORT/',
    ],
    [
      'http:127.0.0.1:PORT/',
      'http:/127.0.0.1:PORT/',
      'http:///127.0.0.1:PORT/',
      'http:\\\\127.0.0.1:PORT\\',
      'http:////127.0.0.1:PORT/',
    ],
    [
      '//127.0.0.1:PORT/',
      '\\\\127.0.0.1:PORT\\',
      '127.0.0.1:PORT',
      ' http://127.0.0.1:PORT/',
      'http://127.0.0.1:PORT/ ',
      '\thttp://127.0.0.1:PORT/',
    ],
    [
      'ht\ntp://127.0.0.1:PORT/',
      'http://127.0.0.1\t:PORT/',
      'http://127.0.0.1:PORT\r\nhost: files.example/',
      'http://127.0.0.1%0d%0a:PORT/',
    ],
    [
      'http://127.0.0.1%2f@files.example:PORT/',
      'http://127.0.0.1%00.files.example:PORT/',
      'http://files.example%40127.0.0.1:PORT/',
      'http://[::1:PORT/',
    ],
    [
      'http://[127.0.0.1]:PORT/',
      'http://127.0.0.1:+PORT/',
      'http://127.0.0.1:PORT:80/',
      'http://127.0.0.1:99999/',
      'http://127.0.0.1: PORT/',
      'http://',
    ],
    [
      'http://?127.0.0.1:PORT/',
      'http://#127.0.0.1:PORT/',
      'http://256.1.1.1:PORT/',
      'http://1.2.3.4.5:PORT/',
      'http://127.0.0.08:PORT/',
      'http://0x7g.1:PORT/',
    ],
    [
      'http://exam\ud800ple.com:PORT/',
      'http://\u202e127.0.0.1:PORT/',
      'http://127.0.0.1\u200b:PORT/',
      'http://①②⑦.⓪.⓪.①:PORT/',
      'HTTP://127.0.0.1:PORT/',
    ],
  ].flat();
}

function schemeUrls(): readonly string[] {
  return [
    [
      'file:///etc/passwd',
      'file://127.0.0.1/etc/passwd',
      'ftp://127.0.0.1:PORT/',
      'gopher://127.0.0.1:PORT/_GET',
      'dict://127.0.0.1:PORT/',
    ],
    [
      'ws://127.0.0.1:PORT/',
      'wss://127.0.0.1:PORT/',
      'unix:/var/run/docker.sock',
      'http+unix://%2fvar%2frun%2fdocker.sock/',
      'ldap://127.0.0.1:PORT/',
    ],
    [
      'data:image/png;base64,AAAA',
      'blob:http://127.0.0.1:PORT/x',
      'javascript:0',
      'about:blank',
      'jar:http://127.0.0.1:PORT/!/',
      's3://bucket/key',
    ],
    [
      'gs://bucket/key',
      'view-source:http://127.0.0.1:PORT/',
      'h2c://127.0.0.1:PORT/',
      'https+insecure://127.0.0.1:PORT/',
      '',
      'http',
      'http:',
    ],
  ].flat();
}
