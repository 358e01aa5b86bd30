"""
A pytest plugin that aims moto's own Step Functions tests at Baton: clients of Step Functions go to a `baton dev` that
each test has to itself, all others (and the Tasks of that `baton dev`) to one moto server.
"""

import os
import subprocess
import tempfile

import boto3
import pytest
import requests

baton = os.environ["BATON"]
moto = os.environ["MOTO_URL"]
# Where nothing is verified, an access key of 12 digits names the account: moto's is this one.
keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "any"}
address = {"stepfunctions": ""}


def aimed(make):
    def client(service, *args, **settings):
        if service == "stepfunctions":
            settings.update(keys)
        settings["endpoint_url"] = address.get(service, moto)
        return make(service, *args, **settings)

    return client


boto3.client, boto3.resource = aimed(boto3.client), aimed(boto3.resource)


@pytest.fixture(autouse=True)
def fresh():
    requests.post(f"{moto}/moto-api/reset")
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [os.environ["NODE"], baton, "dev", "--port", "0", "--data", f"{folder}/data", "--quiet"],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "AWS_ENDPOINT_URL": moto, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
        )
        try:
            address["stepfunctions"] = server.stdout.readline().removeprefix("ready ").strip()
            yield
        finally:
            server.terminate()
            server.wait()
