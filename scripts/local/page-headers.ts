/** The security headers of infra/entry.yml, as CloudFront would send them with every page. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const FILE = new URL('../../infra/entry.yml', import.meta.url);

interface Policy {
  readonly StrictTransportSecurity: { readonly AccessControlMaxAgeSec: number };
  readonly FrameOptions: { readonly FrameOption: string };
  readonly ReferrerPolicy: { readonly ReferrerPolicy: string };
  readonly ContentSecurityPolicy: { readonly ContentSecurityPolicy: string };
}

/** Names and values; a browser takes no notice of the first over plain HTTP. */
export function pageHeaders(): Readonly<Record<string, string>> {
  const { Resources } = parse(readFileSync(FILE, 'utf8')) as {
    Resources: {
      PagesHeaders: { Properties: { ResponseHeadersPolicyConfig: { SecurityHeadersConfig: Policy } } };
    };
  };
  const policy = Resources.PagesHeaders.Properties.ResponseHeadersPolicyConfig.SecurityHeadersConfig;
  return {
    'strict-transport-security': `max-age=${policy.StrictTransportSecurity.AccessControlMaxAgeSec}`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': policy.FrameOptions.FrameOption,
    'referrer-policy': policy.ReferrerPolicy.ReferrerPolicy,
    'content-security-policy': policy.ContentSecurityPolicy.ContentSecurityPolicy,
  };
}
