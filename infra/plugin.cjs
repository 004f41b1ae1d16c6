/**
 * What the framework leaves to its users: dependencies that a reference implies already are left out of the template (cfn-lint W3005),
 * and `sls deploy` and `sls info` say where players and operators go.
 */
const { CloudFormationClient, DescribeStacksCommand } = require('@aws-sdk/client-cloudformation');

const refersTo = (value, name) => {
  if (Array.isArray(value)) return value.some((each) => refersTo(each, name));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => {
    if (key === 'Ref') return inner === name;
    if (key === 'Fn::GetAtt') return [inner].flat()[0] === name;
    return refersTo(inner, name);
  });
};

function dropImpliedDependencies({ Resources }) {
  for (const resource of Object.values(Resources)) {
    if (resource.DependsOn === undefined) continue;
    const needed = [resource.DependsOn].flat().filter((name) => !refersTo(resource.Properties, name));
    if (needed.length > 0) resource.DependsOn = needed;
    else delete resource.DependsOn;
  }
}

/** Sections of what is printed at the end, by the names of the stack's outputs. */
const SECTIONS = {
  players: 'PlayersAddress',
  operators: 'OperatorsAddress',
  'operators’ token': 'OperatorsToken',
};

class Plugin {
  constructor(serverless) {
    const aws = () => serverless.getProvider('aws');
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () =>
        dropImpliedDependencies(serverless.service.provider.compiledCloudFormationTemplate),
      'after:aws:info:displayStackOutputs': async () => {
        const StackName = aws().naming.getStackName();
        const client = new CloudFormationClient(await aws().getAwsSdkV3Config());
        const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
        const outputs = new Map(
          Stacks[0].Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
        );
        for (const [section, output] of Object.entries(SECTIONS))
          if (outputs.has(output)) serverless.addServiceOutputSection(section, outputs.get(output));
      },
    };
  }
}

module.exports = Plugin;
